"""Reports the time at which its `start` was entered."""

import time

import pgc_interface


class Stamp(pgc_interface.Controller):
    drivers = [
        {"driver": "ST", "value": 1, "uom": 2},
        {"driver": "GV1", "value": 0, "uom": 56},
    ]

    def start(self):
        entered = time.monotonic_ns() // 1000 % 1_000_000_000
        self.setDriver("GV1", entered, force=True)


poly = pgc_interface.Interface()
poly.start()
Stamp(poly).runForever()
