"""The nodes that the ISY sees: the controller, and one thermostat a room."""

import re
from html import escape

try:
    import polyinterface

    CLOUD = False
except ImportError:
    import pgc_interface as polyinterface

    CLOUD = True

from room import Mode, Room, allowed

LOGGER = polyinterface.LOGGER
DEFAULT_ROOMS = "Living room"


def room_address(name):
    """An address for a room: lower-case letters and digits; the ISY takes no more than 14 characters."""
    letters = re.sub("[^a-z0-9]", "", name.lower())
    return "r_" + letters[:12] if letters else ""


class Thermostat(polyinterface.Node):
    """One room's thermostat."""

    id = "thermostat"
    hint = [1, 12, 1, 0]  # residential, HVAC, thermostat
    drivers = [
        {"driver": "ST", "value": 19, "uom": 4},  # temperature, °C
        {"driver": "CLISPH", "value": 21, "uom": 4},  # heat to, °C
        {"driver": "CLISPC", "value": 25, "uom": 4},  # cool to, °C
        {"driver": "CLIMD", "value": 1, "uom": 67},  # mode
        {"driver": "CLIHCS", "value": 0, "uom": 66},  # what it is doing
    ]

    def __init__(self, controller, primary, address, name, room):
        super().__init__(controller, primary, address, name)
        self.room = room
        self.mode_when_on = room.mode or Mode.HEAT

    def start(self):
        """The ISY has the node now."""
        self.show()

    def advance(self):
        self.room.advance()
        self.show()

    def show(self):
        """Set every driver; only what has changed is sent."""
        self.setDriver("ST", round(self.room.temperature, 1))
        self.setDriver("CLISPH", self.room.heat_to)
        self.setDriver("CLISPC", self.room.cool_to)
        self.setDriver("CLIMD", int(self.room.mode))
        self.setDriver("CLIHCS", int(self.room.state))

    def query(self, command=None):
        """The ISY wants every value again, changed or not."""
        self.reportDrivers()

    def turn_on(self, command):
        self.set_mode(self.mode_when_on)

    def turn_off(self, command):
        self.set_mode(Mode.OFF)

    def choose_mode(self, command):
        self.set_mode(Mode(int(command["value"])))

    def set_mode(self, mode):
        self.room.mode = mode
        self.mode_when_on = mode or self.mode_when_on
        self.changed_by_owner()

    def choose_heat_point(self, command):
        self.room.heat_to = allowed(float(command["value"]))
        self.changed_by_owner()

    def choose_cool_point(self, command):
        self.room.cool_to = allowed(float(command["value"]))
        self.changed_by_owner()

    def changed_by_owner(self):
        self.room.decide()
        self.show()
        self.controller.remember()

    commands = {
        "DON": turn_on,
        "DOF": turn_off,
        "CLIMD": choose_mode,
        "CLISPH": choose_heat_point,
        "CLISPC": choose_cool_point,
        "QUERY": query,
    }


class Controller(polyinterface.Controller):
    """The NodeServer's own node: it makes the thermostats and keeps their settings."""

    id = "controller"
    hint = [1, 12, 0, 0]  # residential, HVAC
    drivers = [
        {"driver": "ST", "value": 1, "uom": 2},  # whether the NodeServer is connected
        {"driver": "GV0", "value": 0, "uom": 56},  # how many thermostats there are
    ]

    def __init__(self, polyglot):
        self.rooms_param = None
        super().__init__(polyglot)
        self.name = "Thermostats"

    def start(self):
        """Connected, and the controller is on the ISY: begin."""
        LOGGER.info("Thermostats start %s", "in the cloud" if CLOUD else "on this machine")
        self.setDriver("ST", 1)
        self.follow_params(self.polyConfig)
        self.poly.onConfig(self.follow_params)

    def shortPoll(self):
        """A minute passes in the rooms."""
        for thermostat in self.thermostats():
            thermostat.advance()

    def query(self, command=None):
        for node in list(self.nodes.values()):
            node.reportDrivers()

    def discover(self, command=None):
        """Add the rooms' thermostats again, for example after a node was deleted on the ISY."""
        self.rooms_param = None
        self.follow_params(self.polyConfig)

    def thermostats(self):
        return [node for node in list(self.nodes.values()) if isinstance(node, Thermostat)]

    def follow_params(self, config):
        """Called for every new configuration; acts when the custom parameter `rooms` is another one than before."""
        rooms = config["customParams"].get("rooms") or DEFAULT_ROOMS
        if rooms == self.rooms_param:
            return
        self.rooms_param = rooms
        self.furnish([name.strip() for name in rooms.split(",") if name.strip()])

    def furnish(self, names):
        """One thermostat for each name, and none for rooms that are not named any more."""
        wanted, refused = {}, []
        for name in names:
            address = room_address(name)
            if address and address not in wanted:
                wanted[address] = name
            else:
                refused.append(name)
        self.tell_refused(refused)
        for thermostat in self.thermostats():
            if thermostat.address not in wanted:
                self.delNode(thermostat.address)
        for address, name in wanted.items():
            self.add_thermostat(address, name)
        self.setDriver("GV0", len(wanted))

    def add_thermostat(self, address, name):
        known = self.nodes.get(address)
        room = known.room if known else self.saved_room(address)
        self.addNode(Thermostat(self, self.address, address, name, room))

    def tell_refused(self, names):
        if names:
            left_out = escape(", ".join(names))
            self.addNotice({"rooms": f"Rooms need names that differ in their first 12 letters; left out: {left_out}"})
        elif "rooms" in self.polyConfig["notices"]:
            self.removeNotice("rooms")

    def remember(self):
        """Save what the owner chose. A worker forgets everything else when it stops."""
        chosen = {}
        for thermostat in self.thermostats():
            room = thermostat.room
            chosen[thermostat.address] = {"heat_to": room.heat_to, "cool_to": room.cool_to, "mode": int(room.mode)}
        self.saveCustomData({"rooms": chosen})

    def saved_room(self, address):
        saved = self.polyConfig.get("customData", {}).get("rooms", {}).get(address)
        if not saved:
            return Room()
        return Room(heat_to=saved["heat_to"], cool_to=saved["cool_to"], mode=Mode(saved["mode"]))

    commands = {"QUERY": query, "DISCOVER": discover}
