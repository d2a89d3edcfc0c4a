"""A NodeServer's folder to spoil, and what a check of it finds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pgc.profiles.check import check_nodeserver
from pgc.profiles.files import ProfileFile, ProfileKind
from pgc.profiles.findings import Finding, Findings

NODEDEFS = """<nodeDefs>
  <nodeDef id="lamp" nls="lp">
    <sts>
      <st id="ST" editor="PCT"/>
      <st id="GV1" editor="MODE"/>
    </sts>
    <cmds>
      <sends>
        <cmd id="DON"/>
      </sends>
      <accepts>
        <cmd id="SET"><p id="" editor="MODE" init="GV1"/></cmd>
        <cmd id="QUERY"/>
      </accepts>
    </cmds>
  </nodeDef>
</nodeDefs>
"""
EDITORS = """<editors>
  <editor id="PCT"><range uom="51" min="0" max="100" prec="0"/></editor>
  <editor id="MODE"><range uom="25" subset="0-1,7" nls="MD"/></editor>
</editors>
"""
NLS = """ND-lamp-NAME = Lamp
ST-lp-ST-NAME = Brightness
ST-lp-GV1-NAME = Mode
CMD-lp-SET-NAME = Set Mode
MD-0 = Day
MD-1 = Night
MD-7 = Party
"""
CODE = """import pgc_interface as polyinterface


class Lamp(polyinterface.Node):
    id = "lamp"
    drivers = [
        {"driver": "ST", "value": 0, "uom": 51},
        {"driver": "GV1", "value": 0, "uom": 25},
    ]

    def choose(self, command):
        self.reportCmd("DON")

    commands = {"SET": choose, "QUERY": choose}
"""
WHOLE = {
    "profile/nodedef/nodedefs.xml": NODEDEFS,
    "profile/editor/editors.xml": EDITORS,
    "profile/nls/en_us.txt": NLS,
    "lamp.py": CODE,
}

Check = Callable[[dict[str, str]], list[Finding]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Checks the whole NodeServer with other contents for some of its files."""

    def run(changed: dict[str, str]) -> list[Finding]:
        for name, content in {**WHOLE, **changed}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content, newline="")
        findings = Findings()
        check_nodeserver(tmp_path, findings)
        return findings.all()

    return run


def nodedef(content: bytes | str, name: str = "nodedefs.xml") -> ProfileFile:
    return ProfileFile(ProfileKind.NODEDEF, name, content.encode() if isinstance(content, str) else content)


def nls(content: bytes, name: str = "en_us.txt") -> ProfileFile:
    return ProfileFile(ProfileKind.NLS, name, content)
