"""Editor files: how values look, and which may be chosen.

An editor has a range for each unit that its values may come in, and a range either lists them (`subset`) or bounds
them (`min` and `max`). Ids that begin with `_` say by themselves what they are, such as ``_45_1`` or
``_25_0_N_MODE``: those need no definition. (Units and attributes: UDI's wiki, "Editors"; ids: pyisyox, schema/editor.)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pgc.profiles.elements import Element
from pgc.profiles.files import ProfileFile
from pgc.profiles.findings import Findings, shown
from pgc.profiles.uoms import UOMS

LIST = 25
"""The uom of values that stand for words."""
_ENCODED = re.compile(r"_(?P<uom>[0-9]{1,3})_[0-9]{1,2}(?:_N_(?P<nls>\w+))?(?:_R_m?[0-9]+_m?[0-9]+|_S_\w+)?", re.ASCII)
_SYSTEM = re.compile(r"_sys_\w+", re.ASCII)
_LONGEST_ID = 100
"""An id that says what it is has some thirty signs; the patterns take long over one of thousands."""
_SPAN = re.compile(r"(-?\d{1,10})(?:-(-?\d{1,10}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Range:
    """`spans` are the first and last value of each part of the subset; empty where there is none."""

    uom: str
    nls: str
    spans: tuple[tuple[int, int], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Editor:
    id: str
    ranges: tuple[Range, ...]
    file: str
    line: int

    @property
    def uoms(self) -> set[str]:
        return {span.uom for span in self.ranges}


def encoded(editor_id: str) -> Editor | None:
    """The editor that the id describes by itself; without ranges if an ISY knows it by name. None if it does not."""
    if len(editor_id) > _LONGEST_ID:
        return None
    if _SYSTEM.fullmatch(editor_id):
        return Editor(editor_id, (), "", 0)
    match = _ENCODED.fullmatch(editor_id)
    return Editor(editor_id, (Range(match["uom"], match["nls"] or "", (), 0),), "", 0) if match else None


def read_editors(file: ProfileFile, root: Element, findings: Findings) -> Iterator[Editor]:
    for element in root.everywhere("editor"):
        editor = _Reader(file.path, findings).editor(element)
        if editor.id:
            yield editor


class _Reader:
    """Reads one editor and tells what is wrong with it."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self._name = ""

    def editor(self, element: Element) -> Editor:
        self._name = f"the editor {shown(element.get('id'))}" if element.get("id") else "this editor"
        if not element.get("id"):
            self._warn(element, "has no id, so no driver can use it", 'Give it an id="…".')
        elif element.get("id").startswith("_"):
            self._warn(element, "begins with _, which an ISY keeps for its own", "Rename it.")
        ranges = tuple(self._range(part) for part in element.everywhere("range"))
        if not ranges:
            self._warn(element, "has no <range>, so it can show nothing", 'Add <range uom="…" …/>.')
        self._check_units(ranges)
        return Editor(element.get("id"), ranges, self._file, element.line)

    def _range(self, element: Element) -> Range:
        uom, nls = element.get("uom"), element.get("nls") or element.get("NLS")
        if not uom:
            self._warn(element, 'has a range without a uom="…"', "Name the unit of measure; 56 is a raw number.")
        elif not uom.isascii() or not uom.isdigit() or int(uom[:4]) not in UOMS:
            self._warn(
                element, f"names the uom {shown(uom)}, which no ISY is known to have", "See UDI's list of units."
            )
        if "NLS" in element.attributes:
            self._warn(element, "spells nls in capitals; not every reader takes that", 'Write nls="…".')
        return Range(uom, nls, self._values(element), element.line)

    def _values(self, element: Element) -> tuple[tuple[int, int], ...]:
        """The spans of the subset, once the attributes that bound or list the values have been looked at."""
        subset, bounds = element.get("subset"), [name for name in ("min", "max") if element.get(name)]
        if subset and bounds:
            self._warn(element, f"has both a subset and {bounds[0]}", "Keep the subset, or min and max.")
        elif not subset and len(bounds) != 2:
            missing = "neither a subset nor min and max" if not bounds else f"{bounds[0]} without its counterpart"
            self._warn(element, f"has {missing}", 'Add min="…" max="…", or subset="…".')
        self._check_numbers(element)
        return self._spans(element, subset) if subset else ()

    def _spans(self, element: Element, subset: str) -> tuple[tuple[int, int], ...]:
        parts = [_SPAN.fullmatch(part.strip()) for part in subset.split(",")]
        spans = tuple((int(part[1]), int(part[2] or part[1])) for part in parts if part)
        if len(spans) == len(parts) and all(first <= last for first, last in spans):
            return spans
        self._warn(element, f"has the subset {shown(subset)}, which is no list", "Write it as in 0-5,7,-50--48.")
        return ()

    def _check_numbers(self, element: Element) -> None:
        numbers = {name: _number(element.get(name)) for name in ("min", "max", "prec", "step") if element.get(name)}
        for name, number in numbers.items():
            if number is None:
                self._warn(element, f"has the {name} {shown(element.get(name))}, which is no number", "Write a number.")
        least, most = numbers.get("min"), numbers.get("max")
        if least is not None and most is not None and least > most:
            self._warn(element, f"has a min of {least} above its max of {most}", "Swap them.")

    def _check_units(self, ranges: tuple[Range, ...]) -> None:
        seen: set[str] = set()
        for part in ranges:
            if part.uom and part.uom in seen:
                text = f"{self._name} has two ranges for uom {part.uom}; only one of them counts"
                self._findings.warn(self._file, part.line, text, "Keep one range a unit.")
            seen.add(part.uom)

    def _warn(self, element: Element, text: str, mend: str) -> None:
        self._findings.warn(self._file, element.line, f"{self._name} {text}", mend)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip()[:40])
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
