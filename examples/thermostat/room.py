"""How a room warms and cools; pure arithmetic, so that it can be tested without an ISY."""

from dataclasses import dataclass
from enum import IntEnum

COLDEST, WARMEST = 5.0, 35.0
"""What the set points may be, in °C; the profile's SETPOINT editor holds the same bounds."""
OUTSIDE = 10.0
LOSS = 0.01
"""The share of the difference to the outside that the walls let through in a minute."""
POWER = 0.3
"""What heating or cooling changes in a minute, in °C."""
SLACK = 0.3
"""How far past its set point the temperature may go before the state changes; without it, it would flutter."""


class Mode(IntEnum):
    """What the owner wants: values of the ISY's unit 67."""

    OFF = 0
    HEAT = 1
    COOL = 2
    AUTO = 3


class State(IntEnum):
    """What the thermostat is doing: values of the ISY's unit 66."""

    IDLE = 0
    HEATING = 1
    COOLING = 2


@dataclass
class Room:
    """One room and its thermostat. Temperatures are in °C."""

    temperature: float = 19.0
    heat_to: float = 21.0
    cool_to: float = 25.0
    mode: Mode = Mode.HEAT
    state: State = State.IDLE

    def advance(self, minutes: float = 1.0) -> None:
        """Let time pass."""
        self.decide()
        push = {State.HEATING: POWER, State.COOLING: -POWER, State.IDLE: 0.0}[self.state]
        self.temperature += minutes * (push + LOSS * (OUTSIDE - self.temperature))

    def decide(self) -> None:
        """Heat, cool or rest, as mode and set points ask. What is already going on goes on past its set point."""
        heat_below = self.heat_to + (SLACK if self.state is State.HEATING else -SLACK)
        cool_above = self.cool_to - (SLACK if self.state is State.COOLING else -SLACK)
        if self.mode in (Mode.HEAT, Mode.AUTO) and self.temperature < heat_below:
            self.state = State.HEATING
        elif self.mode in (Mode.COOL, Mode.AUTO) and self.temperature > cool_above:
            self.state = State.COOLING
        else:
            self.state = State.IDLE


def allowed(set_point: float) -> float:
    """The nearest set point that a thermostat takes."""
    return min(max(set_point, COLDEST), WARMEST)
