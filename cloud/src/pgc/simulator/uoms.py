"""Units of measure: the sign shown after a value, and the words that stand for the values of some."""

from types import MappingProxyType

UNIT_OF = MappingProxyType(
    {
        1: "A", 3: "btu/h", 4: "°C", 5: "cm", 6: "ft³", 7: "ft³/min", 8: "m³", 9: "day", 10: "days", 12: "dB",
        13: "dB A", 14: "°", 16: "macroseismic", 17: "°F", 18: "ft", 19: "hour", 20: "hours", 21: "%AH", 22: "%RH",
        23: "inHg", 24: "in/hr", 26: "K", 28: "kg", 29: "kV", 30: "kW", 31: "kPa", 32: "KPH", 33: "kWh",
        34: "liedu", 35: "L", 36: "lx", 37: "mercalli", 38: "m", 39: "m³/hr", 40: "m/s", 41: "mA", 42: "ms",
        43: "mV", 44: "min", 45: "min", 46: "mm/hr", 47: "month", 48: "MPH", 49: "m/s", 50: "Ω", 51: "%",
        52: "lbs", 53: "pf", 54: "ppm", 55: "pulse count", 57: "s", 58: "s", 59: "S/m", 60: "m_b", 61: "M_L",
        62: "M_w", 63: "M_S", 64: "shindo", 65: "SML", 69: "gal", 71: "UV index", 72: "V", 73: "W", 74: "W/m²",
        75: "weekday", 76: "°", 77: "year", 82: "mm", 83: "km", 85: "Ω", 86: "kΩ", 87: "m³/m³",
        88: "Water activity", 89: "RPM", 90: "Hz", 91: "°", 92: "° South", 97: "%", 101: "° (x2)", 102: "kWs",
        103: "$", 104: "¢", 105: "in", 106: "mm/day", 116: "mi", 117: "mbar", 118: "hPa", 119: "Wh",
        120: "in/day", 121: "mol/m³", 122: "μg/m³", 123: "bq/m³", 124: "pCi/L", 125: "pH", 126: "bpm",
        127: "mmHg", 128: "J", 129: "BMI", 130: "L/h", 131: "dBm", 132: "bpm", 133: "kHz", 134: "m/s²", 135: "VA",
        136: "var", 138: "psi", 139: "°", 140: "mg/L", 141: "N", 142: "gal/s", 143: "gpm", 144: "gph", 149: "°",
        152: "Mired", 154: "Steps / Second",
    }
)  # fmt: skip

_THERMOSTAT_MODE = (
    "Off", "Heat", "Cool", "Auto", "Aux/Emergency Heat", "Resume", "Fan Only", "Furnace", "Dry Air", "Moist Air",
    "Auto Changeover", "Energy Save Heat", "Energy Save Cool", "Away", "Program Auto", "Program Heat", "Program Cool",
)  # fmt: skip
_HEATING_STATE = (
    "Idle", "Heating", "Cooling", "Fan Only", "Pending Heat", "Pending Cool", "Vent", "Aux Heat",
    "2nd Stage Heating", "2nd Stage Cooling", "2nd Stage Aux Heat", "3rd Stage Aux Heat",
)  # fmt: skip
_FAN_MODE = (
    "Auto", "On", "Auto High", "High", "Auto Medium", "Medium", "Circulation", "Humidity Circulation",
    "Left-Right Circulation", "Up-Down Circulation", "Quiet",
)  # fmt: skip
_FAN_STATE = (
    "Off", "On", "On High", "On Medium", "Circulation", "Humidity Circulation", "Right/Left Circulation",
    "Up/Down Circulation", "Quiet Circulation",
)  # fmt: skip

STATES_OF = MappingProxyType(
    {
        2: {0: "False", 1: "True"},
        11: {0: "Unlocked", 100: "Locked", 101: "Unknown", 102: "Problem"},
        66: dict(enumerate(_HEATING_STATE)),
        67: dict(enumerate(_THERMOSTAT_MODE)),
        68: dict(enumerate(_FAN_MODE)),
        78: {0: "Off", 100: "On", 101: "Unknown"},
        79: {0: "Open", 100: "Closed", 101: "Unknown"},
        80: dict(enumerate(_FAN_STATE)),
        84: {0: "Unlock", 1: "Lock"},
        97: {0: "Closed", 100: "Open", 101: "Unknown", 102: "Stopped", 103: "Closing", 104: "Opening"},
    }
)

_NUMBER_OF = {unit.lower(): uom for uom, unit in sorted(UNIT_OF.items(), reverse=True)}
_MAX = 255


def uom_number(text: str) -> int | None:
    """The number of a unit given as number or keyword; None if it is neither.

    An ISY takes keywords and always reports the number. Which keywords, no page says: we take the unit's sign,
    and of several units with the same sign the lowest number.
    """
    if text.isascii() and text.isdigit():
        number = int(text[:4])
        return number if number <= _MAX else None
    return _NUMBER_OF.get(text.lower())
