"""The simulated weather of a place, in metric units; pure arithmetic, so that it can be tested without an ISY."""

import math
from random import Random

DAY = 24 * 60
"""Minutes."""


class Sky:
    """One place's weather. The same place always begins with the same weather.

    Temperatures are in °C, speeds in km/h, the pressure in hPa, rain in mm, directions in degrees from 1 to 360.
    """

    def __init__(self, place):
        self._chance = Random(place)
        self._climate = self._chance.uniform(2, 22)
        self._rain_ends = 0
        self.minute = 8 * 60
        self.drift = 0.0
        self.temperature = self._climate
        self.humidity = self._chance.uniform(45, 75)
        self.pressure = self._chance.uniform(1000, 1025)
        self.wind = self._chance.uniform(5, 20)
        self.gust = self.wind
        self.direction = self._chance.randint(1, 360)
        self.rain_rate = 0.0
        self.rain_today = 0.0
        self.advance(0)

    @property
    def dew_point(self):
        """By the Magnus formula, good from -45 to 60 °C."""
        magnus = math.log(self.humidity / 100) + 17.62 * self.temperature / (243.12 + self.temperature)
        return 243.12 * magnus / (17.62 - magnus)

    def advance(self, minutes=10):
        """Let time pass."""
        yesterday = self.minute // DAY
        self.minute += minutes
        if self.minute // DAY != yesterday:
            self.rain_today = 0.0
        self._warm_and_cool()
        self._blow()
        self._rain(minutes)

    def _warm_and_cool(self):
        self.drift = self._wander(self.drift, 0, 0.15, -8, 8)
        afternoon = math.sin(2 * math.pi * (self.minute / DAY - 9 / 24))
        self.temperature = self._climate + 5 * afternoon + self.drift
        self.humidity = self._wander(self.humidity, 85 if self.rain_rate else 60, 1, 20, 100)
        self.pressure = self._wander(self.pressure, 1013, 0.3, 970, 1050)

    def _blow(self):
        self.wind = self._wander(self.wind, 12, 2, 0, 110)
        self.gust = self.wind * self._chance.uniform(1.2, 1.8)
        self.direction = (self.direction - 1 + self._chance.randint(-12, 12)) % 360 + 1

    def _rain(self, minutes):
        if self.minute >= self._rain_ends:
            self.rain_rate = 0.0
            if self._chance.random() < 0.03:
                self._rain_ends = self.minute + self._chance.randint(60, 300)
                self.rain_rate = self._chance.uniform(0.5, 8)
        self.rain_today += self.rain_rate * minutes / 60

    def _wander(self, value, home, step, lowest, highest):
        """A random step, with a gentle pull towards home."""
        moved = value + self._chance.gauss(0, step) + 0.02 * (home - value)
        return min(max(moved, lowest), highest)
