"""Texts of NodeServers as a terminal can show them."""

from html.parser import HTMLParser


def shown(text: str) -> str:
    """The text with everything written out that would steer the terminal instead of being read on it."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else _written_out(sign) for sign in text)


def notice(html: str) -> str:
    """A notice without its tags, on one line; behind each link stands where it leads."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return shown(" ".join("".join(reader.parts).split()))


def _written_out(sign: str) -> str:
    return sign.encode("unicode_escape").decode()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._links.append(dict(attrs).get("href") or "")
        elif tag in ("br", "p", "li", "div"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            link = self._links.pop()
            self.parts.append(f" ({link})" if link else "")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
