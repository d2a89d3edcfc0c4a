"""A NodeServer that tries to break out with the modules named in ``targets.json``, and is otherwise as any other."""

import os
import subprocess
import sys

from trying import targets

import pgc_interface


class Attacker(pgc_interface.Controller):
    drivers = [{"driver": "ST", "value": 1, "uom": 2}, {"driver": "GV1", "value": 0, "uom": 56}]  # noqa: RUF012

    def start(self):
        sdk = os.path.dirname(os.path.dirname(pgc_interface.__file__))
        environment = {**os.environ, "PYTHONPATH": sdk}
        subprocess.run([sys.executable, "-u", "trying.py", *targets()["modules"]], env=environment)


poly = pgc_interface.Interface()
poly.start()
Attacker(poly).runForever()
