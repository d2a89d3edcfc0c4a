"""The nodes that the ISY sees: the station, and its three instruments."""

from html import escape

try:
    import polyinterface

    CLOUD = False
except ImportError:
    import pgc_interface as polyinterface

    CLOUD = True

from sky import Sky
from units import SYSTEMS

LOGGER = polyinterface.LOGGER
DEFAULT_LOCATION = "Springfield"
DEFAULT_UNITS = "metric"


class Instrument(polyinterface.Node):
    """What the three instruments have in common."""

    def start(self):
        """The ISY has the node now."""
        self.show(self.controller.sky, self.controller.units)

    def query(self, command=None):
        """The ISY wants every value again, changed or not."""
        self.reportDrivers()

    def set_in(self, unit, driver, value):
        """Set a driver to a metric value, shown in this unit; only what has changed is sent."""
        self.setDriver(driver, unit.convert(value), uom=unit.uom)

    commands = {"QUERY": query}


class Air(Instrument):
    id = "air"
    hint = [1, 11, 1, 0]  # residential, weather, temperature
    drivers = [
        {"driver": "ST", "value": 0, "uom": 4},  # temperature
        {"driver": "CLIHUM", "value": 0, "uom": 22},  # relative humidity, %
        {"driver": "DEWPT", "value": 0, "uom": 4},  # dew point
        {"driver": "BARPRES", "value": 0, "uom": 118},  # pressure
    ]

    def show(self, sky, units):
        self.set_in(units["temperature"], "ST", sky.temperature)
        self.setDriver("CLIHUM", round(sky.humidity))
        self.set_in(units["temperature"], "DEWPT", sky.dew_point)
        self.set_in(units["pressure"], "BARPRES", sky.pressure)


class Wind(Instrument):
    id = "wind"
    hint = [1, 11, 4, 0]  # residential, weather, wind
    drivers = [
        {"driver": "ST", "value": 0, "uom": 32},  # speed
        {"driver": "GUST", "value": 0, "uom": 32},  # speed of gusts
        {"driver": "WINDDIR", "value": 0, "uom": 76},  # direction it comes from, 1-360°
    ]

    def show(self, sky, units):
        self.set_in(units["speed"], "ST", sky.wind)
        self.set_in(units["speed"], "GUST", sky.gust)
        self.setDriver("WINDDIR", sky.direction)


class Rain(Instrument):
    id = "rain"
    hint = [1, 11, 5, 0]  # residential, weather, precipitation
    drivers = [
        {"driver": "ST", "value": 0, "uom": 46},  # how hard it rains
        {"driver": "PRECIP", "value": 0, "uom": 82},  # since midnight
        {"driver": "GV0", "value": 0, "uom": 2},  # whether it rains
    ]

    def show(self, sky, units):
        self.set_in(units["rain rate"], "ST", sky.rain_rate)
        self.set_in(units["rain"], "PRECIP", sky.rain_today)
        self.setDriver("GV0", int(sky.rain_rate > 0))


class Controller(polyinterface.Controller):
    """The station: it reads the parameters, asks the sky, and tells its instruments."""

    id = "controller"
    hint = [1, 11, 0, 0]  # residential, weather, station
    drivers = [{"driver": "ST", "value": 1, "uom": 2}]  # whether the NodeServer is connected

    def __init__(self, polyglot):
        self.asked = None
        self.sky = Sky(DEFAULT_LOCATION)
        self.units = SYSTEMS[DEFAULT_UNITS]
        self.beat = False
        super().__init__(polyglot)
        self.name = "Weather Station"

    def start(self):
        """Connected, and the controller is on the ISY: begin."""
        LOGGER.info("Weather station starts %s", "in the cloud" if CLOUD else "on this machine")
        self.setDriver("ST", 1)
        self.follow_params(self.polyConfig)
        self.discover()
        self.poly.onConfig(self.follow_params)

    def shortPoll(self):
        """Ten minutes pass; a real station would be asked for its values here."""
        self.sky.advance()
        self.show()

    def longPoll(self):
        """A heartbeat: programs on the ISY can tell by it that this NodeServer lives."""
        self.beat = not self.beat
        self.reportCmd("DON" if self.beat else "DOF")

    def query(self, command=None):
        for node in list(self.nodes.values()):
            node.reportDrivers()

    def discover(self, command=None):
        """Add the instruments; those that the ISY already has stay as they are."""
        self.addNode(Air(self, self.address, "air", "Air"))
        self.addNode(Wind(self, self.address, "wind", "Wind"))
        self.addNode(Rain(self, self.address, "rain", "Rain"))

    def show(self):
        for node in list(self.nodes.values()):
            if isinstance(node, Instrument):
                node.show(self.sky, self.units)

    def follow_params(self, config):
        """Called for every new configuration; acts when the custom parameters are others than before."""
        params = config["customParams"]
        asked = (params.get("location", ""), params.get("units", DEFAULT_UNITS))
        if asked == self.asked:
            return
        self.asked = asked
        self.choose_location(asked[0])
        self.choose_units(asked[1])
        self.show()

    def choose_location(self, location):
        named = any(letter.isalpha() for letter in location)
        self.sky = Sky(location if named else DEFAULT_LOCATION)
        if named:
            self.withdraw("location")
        elif location:
            self.addNotice({"location": f"'{escape(location)}' is no place: <b>location</b> takes a name."})
        else:
            self.addNotice({"location": f"Set <b>location</b> to your place; until then: {DEFAULT_LOCATION}."})

    def choose_units(self, units):
        self.units = SYSTEMS.get(units.lower(), SYSTEMS[DEFAULT_UNITS])
        if units.lower() in SYSTEMS:
            self.withdraw("units")
        else:
            known = " or ".join(SYSTEMS)
            self.addNotice(
                {"units": f"<b>units</b> takes {known}, not '{escape(units)}'; until then: {DEFAULT_UNITS}."}
            )

    def withdraw(self, notice):
        """Take a notice away, if it is there: one of an earlier run may be."""
        if notice in self.polyConfig["notices"]:
            self.removeNotice(notice)

    commands = {"QUERY": query, "DISCOVER": discover}
