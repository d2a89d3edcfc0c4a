"""NLS files, the names and words of a profile: `KEY = VALUE` a line, `#` begins a comment.

In the wild one line in fifty has no `=`, a fifth of the files has CRLF, and some are in a Western code page.
"""

from collections.abc import Iterator


def decode(body: bytes) -> str:
    """UTF-8, with or without a mark at its beginning, else the code page that old editors wrote."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def read_nls(body: bytes) -> Iterator[tuple[str, str]]:
    """Keys and texts in the order of the file; lines that are neither are passed over."""
    for line in decode(body).splitlines():
        key, equals, text = line.partition("=")
        key = key.strip()
        if equals and key and not key.startswith("#"):
            yield key, text.strip()
