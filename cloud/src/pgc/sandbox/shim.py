"""The last step before a confined program: sets its limits and folder, then becomes it.

Run by path as ``python -I -S shim.py NAME=VALUE… -- PROGRAM ARGUMENT…`` where nothing isolates it; elsewhere the nest
does this. Names are those of `resource` (``NOFILE``), ``cwd``, and ``die=with-parent``. Standard library only, and
little of it: every start pays for it.
"""

import os
import resource
import sys

PR_SET_PDEATHSIG, SIGKILL = 1, 9


def main(arguments: list[str]) -> None:
    end = arguments.index("--")
    for setting in arguments[:end]:
        name, _, value = setting.partition("=")
        _apply(name, value)
    program = arguments[end + 1 :]
    try:
        os.execvp(program[0], program)  # noqa: S606 - becoming the program is what the shim is for
    except OSError as error:
        sys.exit(f"{program[0]} cannot be run: {error.strerror}")


def _apply(name: str, value: str) -> None:
    if name == "cwd":
        os.chdir(value)
    elif name == "die":
        _die_with_parent()
    else:
        limit(name, int(value))


def limit(name: str, most: int) -> None:
    kind = getattr(resource, f"RLIMIT_{name}", None)
    if kind is None:
        return
    _, hard = resource.getrlimit(kind)
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(kind, (bound, bound))
    except (OSError, ValueError):
        return  # macOS knows limits that it does not let anyone set


def _die_with_parent() -> None:
    if sys.platform != "linux":
        return
    import ctypes  # gone with exec, so it costs the program nothing

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
