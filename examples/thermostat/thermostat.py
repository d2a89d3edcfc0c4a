#!/usr/bin/env python3
"""Where the NodeServer begins; server.json names this file."""

import sys

from nodes import LOGGER, Controller, polyinterface

if __name__ == "__main__":
    polyglot = polyinterface.Interface("Thermostat")
    try:
        polyglot.start()
        Controller(polyglot).runForever()
    except (KeyboardInterrupt, SystemExit):
        LOGGER.warning("Interrupted: stopping")
        polyglot.stop()
        sys.exit(0)
