"""Home Assistant's way to a NodeServer: PyISY, unmodified, at the ISY that the platform's NodeServers are on."""

import pytest
from pyisy.constants import ES_SYNCING

from ..pyisy_client import OUTDATED, Watch, pyisy
from .home import Home
from .programs import program

pytestmark = pytest.mark.filterwarnings(OUTDATED)

LAMP = program("""
    class Mine(Controller):
        id = "lamp"
        drivers = [{"driver": "ST", "value": 0, "uom": 51}, {"driver": "GV1", "value": 0, "uom": 4}]

        def on(self, command):
            self.setDriver("ST", 100)
            self.reportCmd("DON")

        def heat(self, command):
            self.setDriver("GV1", float(command["value"]) + float(command["query"]["PLUS.uom4"]))

        commands = {"DON": on, "HEAT": heat}
""")
PROFILE = {
    "profile/nodedef/nodedefs.xml": (
        '<nodeDefs><nodeDef id="lamp" nls="L"><sts><st id="ST" editor="_51_0"/><st id="GV1" editor="_4_1"/></sts>'
        '<cmds><sends><cmd id="DON"/></sends><accepts><cmd id="DON"/><cmd id="HEAT"/></accepts></cmds>'
        "</nodeDef></nodeDefs>"
    ),
    "profile/nls/en_us.txt": "ND-lamp-NAME = Warm lamp\nST-L-GV1-NAME = Warmth\n",
}


async def test_what_a_user_presses_comes_back_as_value_and_command(home: Home) -> None:
    folder = home.write("lamp", LAMP, PROFILE, profile_version="1")
    await home.start(await home.add(folder, slot=3))
    await home.shows("n003_controller", "GV1", "0")
    async with pyisy(home.sim) as isy:
        await isy.initialize(with_node_servers=True)
        [definition] = isy.node_servers._node_server_node_definitions
        assert (definition.name, definition.accepts_commands) == ("Warm lamp", ["DON", "HEAT"])
        stream, node = Watch(isy.connection_events), isy.nodes["n003_controller"]
        values, commands = Watch(node.status_events), Watch(node.control_events)
        isy.websocket.start()
        await stream.until(lambda status: status == ES_SYNCING)
        assert await node.turn_on()
        await commands.until(lambda event: event.control == "DON")
        await values.until(lambda _: node.status == 100)
        assert await node.send_cmd("HEAT", 20, 4, {"PLUS.uom4": 1.5})
        await values.until(lambda _: "GV1" in node.aux_properties and node.aux_properties["GV1"].value == 215)
        warmth = node.aux_properties["GV1"]
        assert (warmth.prec, warmth.uom, warmth.formatted) == ("1", "4", "21.5°C")
