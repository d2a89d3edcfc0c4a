"""Tries to break out, one attempt after the other, and tells of each: ``tried NAME: refused WHY``.

To be run as a program where it is that must hold: ``python trying.py MODULE…``. Every attempt has a process of its own,
so that the next one is tried whatever becomes of it. What can be known only outside (paths, ports, process ids of the
host) is in ``targets.json`` beside it.
"""

import importlib
import json
import os
import select
import signal
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
LIMIT = 110.0
"""Seconds for one attempt; the longest waits whether it is ended."""
ATTEMPTS = {}


class Refused(Exception):
    """What stood in the way, where no OSError tells it."""


def attempt(function):
    """What the function returns is what it got; nothing, or an OSError, is a refusal."""
    ATTEMPTS[function.__name__] = function
    return function


def targets():
    with open(os.path.join(FOLDER, "targets.json")) as file:
        return json.load(file)


def main(modules):
    for module in modules:
        importlib.import_module(module)
    for name, function in ATTEMPTS.items():
        if function.__module__ in modules:  # and not one of those that they import
            print(f"tried {name}: {outcome(function)}", flush=True)
    print("tried everything", flush=True)


def outcome(function):
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        told = _told(function)
        os.write(writing, told.encode("utf-8", "backslashreplace")[:4000])
        os._exit(0)
    os.close(writing)
    ready, _, _ = select.select([reading], [], [], LIMIT)
    said = os.read(reading, 4096).decode() if ready else "BROKEN: it took too long"
    os.close(reading)
    if not ready:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return said or _ended(os.waitstatus_to_exitcode(status))


def _told(function):
    try:
        got = function()
    except OSError as error:
        return f"refused {error.strerror or error!r}"
    except (Refused, MemoryError) as error:
        return f"refused {error or type(error).__name__}"
    except BaseException as error:
        return f"BROKEN: {error!r}"
    return f"SUCCEEDED: {got!r}"[:2000] if got else "refused it got nothing"


def _ended(code):
    return f"refused killed by signal {-code}" if code < 0 else f"BROKEN: it ended with code {code}"


if __name__ == "__main__":
    import trying  # the attempts know this module by its name

    trying.main(sys.argv[1:])
