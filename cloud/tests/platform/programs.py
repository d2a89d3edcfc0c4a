"""NodeServers as their authors would write them: small programs on pgc_interface, laid out as folders."""

import json
from pathlib import Path
from textwrap import dedent

_HEAD = "import os, signal, sys, threading, time\nimport pgc_interface\nfrom pgc_interface import Controller, Node\n"
_TAIL = "\npoly = pgc_interface.Interface()\npoly.start()\nMine(poly).runForever()\n"


def program(body: str) -> str:
    """A whole program around the class `Mine`, the Controller."""
    return _HEAD + dedent(body) + _TAIL


def write_nodeserver(folder: Path, code: str, files: dict[str, str] | None = None, **server: object) -> Path:
    """The folder of a NodeServer: server.json, its program `ns.py`, and what else is asked for."""
    document = {"name": folder.name, "type": "python3", "executable": "ns.py", "shortPoll": "60", "longPoll": "600"}
    contents = {"server.json": json.dumps({**document, **server}), "ns.py": code, **(files or {})}
    for path, text in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


COUNTS = program("""
    class Mine(Controller):
        drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]

        def start(self):
            n = 0
            while True:
                n += 1
                self.setDriver("GV1", n)
                time.sleep(0.05)
""")
"""Counts up in GV1, twenty times a second."""

OBEYS = program("""
    class Mine(Controller):
        drivers = [
            {"driver": "ST", "value": 1, "uom": 2},
            {"driver": "GV1", "value": 0, "uom": 56},
            {"driver": "GV2", "value": 0, "uom": 56},
            {"driver": "GV3", "value": 0, "uom": 56},
        ]

        def set_one(self, command):
            self.setDriver("GV1", command["value"])

        def set_both(self, command):
            self.setDriver("GV1", command["query"]["A.uom56"])
            self.setDriver("GV2", command["query"]["B.uom56"])

        def fail(self, command):
            raise RuntimeError("this one always fails")

        def fast(self, command):
            self.setDriver("GV3", command["value"])
            for n in range(int(command["value"]) + 1):
                self.setDriver("GV1", n)
                self.setDriver("GV2", 2 * n)
            print("set all", flush=True)

        commands = {"SET": set_one, "BOTH": set_both, "FAIL": fail, "FAST": fast}
""")
"""Does what it is told."""

PROFILE = {
    "profile/nodedef/nodedefs.xml": (
        '<nodeDefs><nodeDef id="controller" nls="ctl"><sts><st id="ST" editor="BOOL"/><st id="GV1" editor="N"/>'
        '<st id="GV2" editor="N"/><st id="GV3" editor="N"/></sts><cmds><sends/><accepts/></cmds></nodeDef></nodeDefs>'
    ),
    "profile/editor/editors.xml": '<editors><editor id="N"><range uom="56" min="0" max="100000"/></editor></editors>',
    "profile/nls/en_us.txt": "ND-controller-NAME = Counter\n",
}
