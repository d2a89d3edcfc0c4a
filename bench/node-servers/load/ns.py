"""Sets drivers at the rate that it is told, each value the time at which it was set; and echoes commands."""

import threading
import time

import pgc_interface

NODES = 4
NAMES = [f"GV{number}" for number in range(25)]
WRAP = 1_000_000_000


class Lamp(pgc_interface.Node):
    id = "lamp"
    drivers = [{"driver": name, "value": 0, "uom": 56} for name in NAMES]


class Load(pgc_interface.Controller):
    drivers = [
        {"driver": "ST", "value": 1, "uom": 2},
        {"driver": "GV1", "value": 0, "uom": 56},
        {"driver": "GV2", "value": 0, "uom": 56},
    ]

    def start(self):
        self.lamps = [Lamp(self, self.address, f"lamp{number}", "Lamp") for number in range(NODES)]
        for lamp in self.lamps:
            self.addNode(lamp)

    def echo(self, command):
        self.setDriver("GV1", command["value"])

    def load(self, command):
        rate, seconds = (float(command["query"][f"{name}.uom56"]) for name in ("RATE", "SECONDS"))
        threading.Thread(target=self.run, args=(rate, seconds), daemon=True).start()

    def run(self, rate, seconds):
        """Tells in GV2 how many values it has set."""
        began = time.monotonic()
        number = 0
        while (now := time.monotonic()) < began + seconds:
            due = began + number / rate
            if now < due:
                time.sleep(due - now)
            lamp = self.lamps[number // len(NAMES) % NODES]
            lamp.setDriver(NAMES[number % len(NAMES)], time.monotonic_ns() // 1000 % WRAP)
            number += 1
        self.setDriver("GV2", number, force=True)

    commands = {"ECHO": echo, "LOAD": load}


poly = pgc_interface.Interface()
poly.start()
Load(poly).runForever()
