"""One NodeServer twice, as their authors wrote them for the original client libraries: in Python and in JavaScript.

Each counts its polls in GV1, puts what it is told by SET into GV2, and the param `level` into GV3; by SAY it sends the
ISY a command.
"""

import json
from pathlib import Path

PYTHON = """
import os
import pgc_interface

LOGGER = pgc_interface.LOGGER


class Lamp(pgc_interface.Node):
    id = "lamp"
    drivers = [{"driver": "ST", "value": 0, "uom": 51}]


class Mine(pgc_interface.Controller):
    id = "controller"
    polls = 0
    drivers = [
        {"driver": "ST", "value": 1, "uom": 2},
        {"driver": "GV1", "value": 0, "uom": 56},
        {"driver": "GV2", "value": 0, "uom": 56},
        {"driver": "GV3", "value": 0, "uom": 56},
    ]

    def start(self):
        LOGGER.info("runs in %s with %s", os.getcwd(), sorted(os.listdir("/app/certs")))
        self.poly.onConfig(self.follow)
        self.addNode(Lamp(self, self.address, "lamp", "Lamp"))
        self.addCustomParam({"asked": "yes"})
        self.addNotice({"hello": "welcome"})
        self.saveCustomData({"kept": [1, "two"]})

    def follow(self, config):
        if "level" in config["customParams"]:
            self.setDriver("GV3", config["customParams"]["level"])

    def shortPoll(self):
        self.polls += 1
        self.setDriver("GV1", self.polls)

    def set_it(self, command):
        self.setDriver("GV2", command["value"])

    def say(self, command):
        self.reportCmd("DON")

    commands = {"SET": set_it, "SAY": say}


poly = pgc_interface.Interface()
poly.start()
Mine(poly).runForever()
"""

JAVASCRIPT = """
'use strict';
const fs = require('fs');
const {Interface, Node, logger} = require('pgc_interface');

class Lamp extends Node {
  constructor(poly, primary, address, name) {
    super('lamp', poly, primary, address, name);
    this.drivers = {ST: {value: '0', uom: 51}};
  }
}
Lamp.nodeDefId = 'lamp';

class Mine extends Node {
  constructor(poly, primary, address, name) {
    super('controller', poly, primary, address, name);
    this.isController = true;
    this.drivers = {ST: {value: '1', uom: 2}};
    for (const name of ['GV1', 'GV2', 'GV3']) this.drivers[name] = {value: '0', uom: 56};
    this.commands = {
      SET: (command) => this.setDriver('GV2', command.value),
      SAY: () => this.reportCmd('DON'),
    };
  }
}
Mine.nodeDefId = 'controller';

const poly = new Interface([Mine, Lamp]);
let polls = 0;

poly.on('config', async (config) => {
  if (config.isInitialConfig && !config.nodes.controller) {
    logger.info('runs in %s with %s', process.cwd(), JSON.stringify(fs.readdirSync('/app/certs').sort()));
    await poly.addNode(new Mine(poly, 'controller', 'controller', 'Controller'));
    await poly.addNode(new Lamp(poly, 'controller', 'lamp', 'Lamp'));
    poly.saveCustomData({kept: [1, 'two']});
    poly.addNotice('hello', 'welcome');
    poly.addCustomParams({asked: 'yes'});
  }
  if (config.customParams.level) poly.getNode('controller').setDriver('GV3', config.customParams.level);
});
poly.on('poll', (long) => long || poly.getNode('controller').setDriver('GV1', ++polls));
poly.on('stop', () => poly.stop());
poly.start();
"""

_PROFILE = {
    "profile/nodedef/nodedefs.xml": (
        '<nodeDefs><nodeDef id="controller" nls="ctl"><sts><st id="ST" editor="BOOL"/><st id="GV1" editor="N"/>'
        '<st id="GV2" editor="N"/><st id="GV3" editor="N"/></sts><cmds><sends><cmd id="DON"/></sends><accepts>'
        '<cmd id="SET"><p id="" editor="N"/></cmd><cmd id="SAY"/></accepts></cmds></nodeDef><nodeDef id="lamp" nls="l">'
        '<sts><st id="ST" editor="PCT"/></sts><cmds><sends/><accepts/></cmds></nodeDef></nodeDefs>'
    ),
    "profile/editor/editors.xml": (
        '<editors><editor id="N"><range uom="56" min="0" max="100000"/></editor><editor id="BOOL">'
        '<range uom="2" subset="0,1"/></editor><editor id="PCT"><range uom="51" min="0" max="100"/></editor></editors>'
    ),
    "profile/nls/en_us.txt": "ND-controller-NAME = Controller\nND-lamp-NAME = Lamp\nCMD-ctl-SET-NAME = Set\n",
}
_REQUIRED = {"name": "mine", "version": "1.0.0", "dependencies": {"pgc_interface": "1.0.13"}}
_FILES = {
    "python": {"ns.py": PYTHON, "requirements.txt": "pgc-interface==1.1.9\n"},
    "javascript": {"ns.js": JAVASCRIPT, "package.json": json.dumps(_REQUIRED)},
}
_SERVERS = {
    "python": {"type": "python3", "executable": "ns.py", "shortPoll": "1"},
    "javascript": {"type": "node", "executable": "ns.js", "shortPoll": "3600"},
}
ORIGINALS = tuple(_FILES)


def write_original(language: str, folder: Path) -> Path:
    server = {"name": language, "longPoll": "3600", "profile_version": "1.0.0", **_SERVERS[language]}
    contents = {"server.json": json.dumps(server), **_PROFILE, **_FILES[language]}
    for path, text in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder
