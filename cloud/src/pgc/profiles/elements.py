"""XML from strangers as elements that know their lines: bounded, and without entities or anything else declared in it.

A document's own declarations (in ``<!DOCTYPE … [ … ]>``) are what entity bombs and attribute bombs are made of, so a
document that has any is not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

MOST_ELEMENTS = 50_000
DEEPEST = 50

_CODES = expat.errors.codes
_MENDS = {
    _CODES[expat.errors.XML_ERROR_NO_ELEMENTS]: "The file is empty or ends too early.",
    _CODES[expat.errors.XML_ERROR_INVALID_TOKEN]: "Write & as &amp; and < as &lt;, and save the file as UTF-8.",
    _CODES[expat.errors.XML_ERROR_TAG_MISMATCH]: "Close every element, the innermost first.",
    _CODES[expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE]: "Name each attribute once.",
    _CODES[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]: "Keep everything inside one outermost element.",
    _CODES[expat.errors.XML_ERROR_UNDEFINED_ENTITY]: "Write the sign itself; only &amp; &lt; &gt; &quot; &apos; exist.",
    _CODES[expat.errors.XML_ERROR_MISPLACED_XML_PI]: "Begin the file with <?xml …?>, or leave it out.",
}


class BadXml(ValueError):
    """Not well-formed, or holding what is not read; `line` says where, `mend` what to do."""

    def __init__(self, text: str, line: int, mend: str = "") -> None:
        super().__init__(text)
        self.line = line
        self.mend = mend


@dataclass(slots=True)
class Element:
    tag: str
    attributes: dict[str, str]
    line: int
    children: list["Element"] = field(default_factory=list)

    def get(self, name: str) -> str:
        """The attribute, "" if it is not there."""
        return self.attributes.get(name, "")

    def named(self, tag: str) -> Iterator["Element"]:
        """Its children of that name, in any case, as ISYs read them."""
        return (child for child in self.children if child.tag.lower() == tag.lower())

    def everywhere(self, tag: str) -> Iterator["Element"]:
        """The same among all that is in it, in the order of the file; those within one of them belong to that one."""
        waiting = list(reversed(self.children))
        while waiting:
            element = waiting.pop()
            if element.tag.lower() == tag.lower():
                yield element
                continue
            waiting.extend(reversed(element.children))


@dataclass(frozen=True, slots=True)
class Document:
    root: Element
    comment: int
    """The line of a comment before the root; 0 if there is none."""


def read_document(content: bytes) -> Document:
    """Blank space before the document is let pass, as ISYs do.

    Raises:
        BadXml: it cannot be read.
    """
    text = content.lstrip()
    reader = _Reader(content[: len(content) - len(text)].count(b"\n"))
    reader.feed(text)
    if reader.root is None:
        raise BadXml("no element found", 1)
    return Document(reader.root, reader.comment)


class _Reader:
    """One document being read; `skipped` lines came before it."""

    def __init__(self, skipped: int) -> None:
        self.root: Element | None = None
        self.comment = 0
        self._skipped = skipped
        self._open: list[Element] = []
        self._count = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CommentHandler = self._comment
        self._parser.StartDoctypeDeclHandler = self._doctype

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber + self._skipped

    def feed(self, text: bytes) -> None:
        try:
            self._parser.Parse(text, True)
        except expat.ExpatError as error:
            line = error.lineno + self._skipped
            raise BadXml(expat.ErrorString(error.code), line, _MENDS.get(error.code, "")) from error
        except BadXml:
            raise
        except (LookupError, ValueError) as error:
            raise BadXml(f"its encoding cannot be read: {error}", 1, "Save it as UTF-8.") from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) >= DEEPEST:
            raise BadXml(f"more than {MOST_ELEMENTS} elements, or {DEEPEST} in each other", self._line)
        element = Element(tag, attributes, self._line)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _tag: str) -> None:
        self._open.pop()

    def _comment(self, _text: str) -> None:
        if self.root is None:
            self.comment = self.comment or self._line

    def _doctype(self, _name: str, _system: str | None, _public: str | None, has_declarations: bool) -> None:
        if has_declarations:
            raise BadXml("it declares entities or the like, which are not read", self._line, "Remove the <!DOCTYPE …>.")
