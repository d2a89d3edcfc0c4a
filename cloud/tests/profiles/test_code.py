"""The code of a NodeServer against its profile: read as text, never run."""

from pathlib import Path

import pytest

from pgc.profiles.sources import LARGEST

from .conftest import CODE, NODEDEFS, Check


@pytest.mark.parametrize(
    ("old", "new", "line", "text"),
    [
        ('id = "lamp"', 'id = "lamb"', 4, 'the class Lamp has the id "lamb", and no nodedef has'),
        ('"driver": "GV1"', '"driver": "GV9"', 8, 'the driver "GV9" of Lamp is not in the nodedef "lamp"'),
        ('"uom": 51', '"uom": 100', 7, 'has uom 100; its editor "PCT" knows 51'),
        ('"QUERY": choose', '"QUERY": choose, "BLINK": choose', 14, 'the command "BLINK" of Lamp is not in'),
        ('reportCmd("DON")', 'reportCmd("DOF")', 12, 'Lamp sends the command "DOF"'),
    ],
)
def test_what_the_profile_does_not_know_is_told(check: Check, old: str, new: str, line: int, text: str) -> None:
    assert old in CODE
    (finding,) = check({"lamp.py": CODE.replace(old, new)})
    assert (finding.file, finding.line) == ("lamp.py", line)
    assert text in finding.text


def test_a_button_that_does_nothing_is_told_in_the_nodedef(check: Check) -> None:
    (finding,) = check({"lamp.py": CODE.replace('"SET": choose, ', "")})
    assert (finding.file, finding.line) == ("profile/nodedef/nodedefs.xml", 12)
    assert 'offers the command "SET", and Lamp has none' in finding.text


@pytest.mark.parametrize(
    "change",
    [
        "id = NAME",
        "id = 'other'\n\n    def __init__(self):\n        self.id = 'lamp'",
        "drivers = Other.drivers + [{'driver': 'GV9', 'value': 0, 'uom': 2}]",
        "drivers = [{'driver': name, 'value': 0, 'uom': 2} for name in NAMES]",
        "commands = {**Other.commands, 'BLINK': None}",
        "if CLOUD:\n        commands = {}",
    ],
)
def test_of_what_is_worked_out_at_run_time_nothing_is_said(check: Check, change: str) -> None:
    part = change.partition(" ")[0] if not change.startswith("if") else "commands"
    kept = "\n".join(line for line in CODE.splitlines() if f"    {part} =" not in line)
    if part == "drivers":
        kept = kept.replace('        {"driver": "ST", "value": 0, "uom": 51},\n', "")
        kept = kept.replace('        {"driver": "GV1", "value": 0, "uom": 25},\n    ]\n', "")
    assert check({"lamp.py": f"{kept}\n    {change}\n"}) == []


def test_what_is_inherited_counts_over_files(check: Check) -> None:
    base = CODE.replace('id = "lamp"', "id = None").replace('"driver": "GV1"', '"driver": "GV9"')
    child = 'from base import Lamp\n\nclass Bright(Lamp):\n    id = "lamp"\n'
    (finding,) = check({"nodes/base.py": base, "lamp.py": child})
    assert (finding.file, finding.line) == ("nodes/base.py", 8)
    assert 'the driver "GV9" of Bright' in finding.text


def test_classes_that_are_no_nodes_are_left_alone(check: Check) -> None:
    assert (
        check({"other.py": "class Tree(Thing):\n    id = 'oak'\n    drivers = []\n\nclass Loop(Loop):\n    id = 'l'\n"})
        == []
    )


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("Lamp(self, self.address, 'kitchenlamp_no_2', 'Lamp')", "16 characters long"),
        ("Lamp(self, self.address, 'Kitchen', 'Lamp')", "upper-case"),
        ("Lamp(self, self.address, address='a-b', name='Lamp')", "'-' in it"),
        ("Lamp(self, self.address, 'kitchen', 'A Name That May Be Long')", ""),
        ("Lamp(self, self.address, self.next(), 'Lamp')", ""),
        ("Other(self, self.address, 'Kitchen Radio Number One', 'Lamp')", ""),
    ],
)
def test_addresses_that_an_isy_refuses_are_told(check: Check, call: str, told: str) -> None:
    findings = check({"main.py": f"def discover(self):\n    self.addNode({call})\n"})
    assert [(found.file, found.line) for found in findings] == ([("main.py", 2)] if told else [])
    assert all(told in found.text for found in findings)


def test_a_node_of_its_own_making_tells_which_argument_is_the_address(check: Check) -> None:
    own = CODE + "\n    def __init__(self, poly, user, password, address):\n        pass\n"
    (finding,) = check({"lamp.py": own, "main.py": "Lamp(self, 'USER', 'PASSWORD', 'TOO BIG')\n"})
    assert "'TOO BIG'" in finding.text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("print 'hello'\n", "not Python as of today"),
        ("x = " + "-" * 100_000 + "1", "cannot be read"),
        ("a" + ".b" * 70_000, "cannot be read"),
        ("\0", "cannot be read|not Python"),
        ("#" * (LARGEST + 1), "too much to be looked at"),
    ],
    ids=["old", "deep", "long", "null", "large"],
)
def test_code_that_cannot_be_read_is_told_and_harms_nothing(check: Check, code: str, text: str) -> None:
    (finding,) = check({"other.py": code})
    assert any(each in finding.text for each in text.split("|"))


def test_what_heirs_have_from_one_class_is_bounded(check: Check) -> None:
    """A thousand heirs of a class that sends thousands of commands would keep a check busy for minutes."""
    sends = "".join(f"        self.reportCmd('C{n}')\n" for n in range(100))
    findings = check({"lamp.py": f"class Lamp(Node):\n    id = 'lamp'\n    def send(self):\n{sends}"})
    assert len(findings) == 50


def test_it_is_never_run(check: Check, tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    check({"lamp.py": trap + CODE, "profile/nodedef/nodedefs.xml": NODEDEFS})
    assert not (tmp_path / "ran").exists()
