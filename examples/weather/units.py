"""Metric and imperial: how a value is shown, and the number by which the ISY knows the unit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """From the metric value: multiply, add, round."""

    uom: int
    factor: float = 1.0
    offset: float = 0.0
    digits: int = 1

    def convert(self, value):
        return round(value * self.factor + self.offset, self.digits)


METRIC = {
    "temperature": Unit(4),  # °C
    "speed": Unit(32),  # km/h
    "pressure": Unit(118),  # hPa
    "rain": Unit(82),  # mm
    "rain rate": Unit(46),  # mm/h
}
IMPERIAL = {
    "temperature": Unit(17, factor=1.8, offset=32),  # °F
    "speed": Unit(48, factor=0.621371),  # mph
    "pressure": Unit(23, factor=0.02953, digits=2),  # inHg
    "rain": Unit(105, factor=0.0393701, digits=2),  # in
    "rain rate": Unit(24, factor=0.0393701, digits=2),  # in/h
}
SYSTEMS = {"metric": METRIC, "imperial": IMPERIAL}
