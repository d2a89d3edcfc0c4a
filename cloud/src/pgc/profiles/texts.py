"""NLS files looked at line by line: what an ISY passes over, and what clients of an ISY stumble on."""

import re
from dataclasses import dataclass

from pgc.profiles.files import ProfileFile
from pgc.profiles.findings import Findings, listed, shown
from pgc.profiles.nls import decode

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_PYISY = "PyISY, which Home Assistant uses, then fails to load this NodeServer"


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    file: str
    line: int


def read_texts(file: ProfileFile, findings: Findings) -> dict[str, Text]:
    """The texts by their keys; of two with the same key the last counts."""
    if not _is_text(file.content):
        findings.error(file.path, 0, "it is not text in UTF-8", "Save it as plain text in UTF-8.")
        return {}
    content = decode(file.content)
    if control := _CONTROL.search(content):
        line = content.count("\n", 0, control.start()) + 1
        findings.error(file.path, line, "it is not text: it has control characters", "Remove them.")
        return {}
    lines = content.split("\n")
    _check_bytes(file, lines, findings)
    return _texts(file, lines, findings)


def _texts(file: ProfileFile, lines: list[str], findings: Findings) -> dict[str, Text]:
    texts: dict[str, Text] = {}
    without, doubled = [], []
    for number, line in enumerate(map(str.strip, lines), start=1):
        key, equals, text = (part.strip() for part in line.partition("="))
        if not line or line.startswith("#"):
            continue
        if not equals or not key:
            without.append(number)
            continue
        if line.count(" = ") > 1:
            doubled.append(number)
        if key in texts and texts[key].text != text:
            findings.warn(file.path, number, f"{shown(key)} has another text in line {texts[key].line}", "Keep one.")
        texts[key] = Text(text, file.path, number)
    _tell(file, without, "no KEY = VALUE", f"an ISY passes over it, and {_PYISY}", "Begin comments with #.", findings)
    _tell(file, doubled, 'two " = "', _PYISY, 'Write the second one without spaces, or as ":".', findings)
    return texts


def _check_bytes(file: ProfileFile, lines: list[str], findings: Findings) -> None:
    if not _is_utf8(file.content):
        findings.warn(file.path, 0, "it is in an old code page; ISYs show it as UTF-8", "Save it as UTF-8.")
    blank = next((number for number, line in enumerate(lines, start=1) if line == "\r"), 0)
    if blank:
        findings.warn(file.path, blank, f"a blank line ends in CR LF: {_PYISY}", "Save it with LF as line ends.")


def _tell(file: ProfileFile, numbers: list[int], what: str, why: str, mend: str, findings: Findings) -> None:
    if not numbers:
        return
    others = f" (so have lines {listed(map(str, numbers[1:]))})" if numbers[1:] else ""
    findings.warn(file.path, numbers[0], f"this line has {what}{others}: {why}", mend)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def _is_text(content: bytes) -> bool:
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return _is_utf8(content)
    return True
