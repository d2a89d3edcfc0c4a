"""Makes the nest and becomes the program: see the package.

Words before ``--``: ``network=none|internet|shared``, and for the internet ``slirp=PROGRAM``, ``socket=PATH`` (of its
API), ``through=ADDRESS…``, ``control=FD``; ``group=FOLDER`` with ``bound=FILE=VALUE…`` after it; limits by
the names of `resource` (``NOFILE=1024``). The program finds its filter of system calls in file 11 and its resolv.conf
in file 12.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgc.sandbox.nest.plan import Plan

FILTER, RESOLVER = 11, 12
"""Files that bubblewrap is handed."""


def main(arguments: list[str]) -> None:
    sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3)))
    from pgc.sandbox.nest.plan import Plan

    end = arguments.index("--")
    program = arguments[end + 1 :]
    try:
        _settle(Plan(arguments[:end]))
    except OSError as error:
        sys.exit(f"the sandbox cannot be made: {error.strerror or error}")
    try:
        os.execv(program[0], program)  # noqa: S606 - becoming the program is what the nest is for
    except OSError as error:
        sys.exit(f"{program[0]} cannot be started: {error.strerror}")


def _settle(plan: Plan) -> None:
    from pgc.sandbox.nest import groups, namespaces, network, seccomp
    from pgc.sandbox.shim import limit

    namespaces.die_with_parent()
    for group in plan.groups:
        groups.enter(group.folder, group.bounds)
    network.settle(plan)
    if code := seccomp.program():
        _hand_over(FILTER, code)
    if plan.network == "internet":
        _hand_over(RESOLVER, f"nameserver {network.RESOLVER}\n".encode())
    for name, value in plan.limits:
        limit(name, value)  # now that they count within these users only


def _hand_over(number: int, content: bytes) -> None:
    file = os.memfd_create("pgc")
    os.write(file, content)
    os.lseek(file, 0, os.SEEK_SET)
    os.dup2(file, number)
    os.close(file)


if __name__ == "__main__":
    main(sys.argv[1:])
