"""Turns a warm interpreter into a NodeServer's: ``python -I -S …/pgc_interface/launcher.py``.

It imports the SDK, says that it is ready, and waits on stdin for one line of JSON, the assignment:
``{"executable": …, "environment": {…}, "dialect": "pgc", "app": folder, "site": folder or null}``. Then it becomes that
NodeServer, as far as the NodeServer can see: its own ``__main__``, its own packages, its environment and folder, an
empty stdin, and of the SDKs the one it was written for.
Without an assignment it ends quietly.

``launcher.py DOOR [PROGRAM …]`` is for a NodeServer that brings an original client library along: nothing of the SDK is
imported, and the forwarder to its run's door is started. It becomes `PROGRAM …` where that is named, as for JavaScript.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from types import ModuleType, TracebackType
from typing import Any, NamedTuple

READY = b"ready\n"
SDK = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKAGE = "pgc_interface"
PORT = 8883
"""Where the original clients find the broker."""
STAYING = frozenset(
    {"__main__", "_collections_abc", "_sitebuiltins", "abc", "codecs", "encodings", "genericpath", "io", "linecache"}
    | {"os", "posixpath", "site", "stat", "threading", "zipimport", *sys.builtin_module_names}
)
"""What every Python has loaded before a program begins, or needs at its end."""


class Assignment(NamedTuple):
    executable: str
    environment: dict[str, str]
    dialect: str
    app: str
    site: str | None


def main() -> None:
    if len(sys.argv) > 1:
        _go_original(sys.argv[1], sys.argv[2:])
        return
    sys.path.insert(0, SDK)
    from pgc_interface import Interface, dialects

    assignment = _wait()
    if assignment is None:
        return
    _settle_in(assignment)
    dialects.enter(assignment.dialect)
    _forget_sdk()
    _add_packages(assignment)
    Interface.host_waits = True
    try:
        _run(assignment)
    finally:
        # On the main thread, because without one no thread can be started any more.
        if Interface.current is not None:
            Interface.current.wait_until_stopped()


def _go_original(door: str, program: list[str]) -> None:
    assignment = _wait()
    if assignment is None:
        return
    _settle_in(assignment)
    _start_forwarder(assignment.environment["MQTTENDPOINT"], door)
    if program:
        _become([*program, _locate(assignment)])
    _add_packages(assignment)
    _run(assignment)


def _start_forwarder(host: str, door: str) -> None:
    """It is nobody's child, so that the NodeServer does not find it among its own, and ends with this process. It
    listens when this returns."""
    import socket

    argv = [sys.executable, "-I", "-S", os.path.join(SDK, PACKAGE, "forwarder.py")]
    leash, held = os.pipe()
    try:
        listener = socket.create_server((host, PORT))
    except OSError as error:
        sys.exit(f"The way to the broker, {host}:{PORT}, cannot be opened: {os.strerror(error.errno or 0)}.")
    with listener:
        child = os.fork()
        if not child:
            _become_forwarder([*argv, str(listener.fileno()), str(leash), door], held)
        os.waitpid(child, 0)
    os.close(leash)
    os.set_inheritable(held, True)  # should it become another program


def _become_forwarder(argv: list[str], held: int) -> None:
    try:
        if not os.fork():
            os.close(held)
            for number in argv[-3:-1]:
                os.set_inheritable(int(number), True)
            os.execve(argv[0], argv, {})  # noqa: S606 - a program of ours
    finally:
        os._exit(0)


def _become(argv: list[str]) -> None:
    try:
        os.execv(argv[0], argv)  # noqa: S606 - becoming the program is what the launcher is for
    except OSError as error:
        sys.exit(f"{argv[0]} cannot be run: {error.strerror}")


def _wait() -> Assignment | None:
    with contextlib.suppress(OSError):  # a stdin that only reads: nobody waits for the word
        os.write(0, READY)
    received = b""
    while not received.endswith(b"\n"):
        chunk = os.read(0, 1 << 20)
        if not chunk:
            return None
        received += chunk
    frame: dict[str, Any] = json.loads(received)
    return Assignment(*(frame[name] for name in Assignment._fields))


def _settle_in(assignment: Assignment) -> None:
    """The environment is set inside the process, so it never stands where other processes could look."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    os.environ.update(assignment.environment)
    if hasattr(time, "tzset"):
        time.tzset()
    os.chdir(assignment.app)


def _forget_sdk() -> None:
    """What the SDK depends on becomes its private matter, so that the NodeServer imports its own versions.

    The SDK itself goes on with the modules it holds; it has imported all that it will ever need of them.
    """
    for name, module in list(sys.modules.items()):
        if name != "__main__" and _is_dependency(module):
            del sys.modules[name]
    sys.path[:] = [folder for folder in sys.path if folder != SDK]
    sys.path_importer_cache.pop(SDK, None)


def _is_dependency(module: ModuleType) -> bool:
    """By the module's own name, since that of a dialect is known under another one too."""
    return _is_sdk(module) and module.__name__.partition(".")[0] != PACKAGE


def _is_sdk(module: ModuleType | None) -> bool:
    return (getattr(module, "__file__", None) or "").startswith(SDK + os.sep)


def _add_packages(assignment: Assignment) -> None:
    """Its own folder first and its packages last, as in any Python; ``exit`` and ``help`` are there as well."""
    import site

    site.setquit()
    site.sethelper()
    sys.path.insert(0, assignment.app)
    if assignment.site:
        site.addsitedir(assignment.site)


def _run(assignment: Assignment) -> None:
    path = _locate(assignment)
    module = _fresh_main(path)
    folder = os.path.dirname(path)
    if folder != sys.path[0]:
        sys.path.insert(0, folder)
    _give_way({folder, assignment.app})
    sys.argv = [assignment.executable]
    try:
        exec(_compile(path), module.__dict__)  # noqa: S102 - becoming the program is what the launcher is for
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - as the interpreter itself ends a program
        error.__traceback__ = _below_us(error.__traceback__)
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(1)


def _give_way(folders: set[str]) -> None:
    """Where the NodeServer has a module of its own that is named like one of the standard library (``token.py``), an
    import finds its own one first, as in any Python; here the SDK may have loaded the other one before."""
    from importlib.machinery import PathFinder

    loaded = {name.partition(".")[0] for name in sys.modules} - STAYING - {PACKAGE}
    for name in loaded.intersection(entry.partition(".")[0] for folder in folders for entry in os.listdir(folder)):
        spec = PathFinder.find_spec(name, list(folders))
        if spec is not None and spec.origin is not None and not _is_sdk(sys.modules.get(name)):
            for known in [known for known in sys.modules if known.partition(".")[0] == name]:
                del sys.modules[known]


def _locate(assignment: Assignment) -> str:
    """The program's file, which has to lie in the NodeServer's own folder."""
    name = assignment.executable
    path = os.path.normpath(os.path.join(assignment.app, name))
    root = os.path.realpath(assignment.app)
    if "\0" in name or os.path.commonpath([root, os.path.realpath(path)]) != root:
        sys.exit(f"The executable {name!r} is outside the NodeServer's folder.")
    if not os.path.isfile(path):
        sys.exit(f"The executable {name!r} is not a file in the NodeServer's folder.")
    return path


def _compile(path: str) -> Any:
    name = os.path.basename(path)
    try:
        with open(path, "rb") as file:
            return compile(file.read(), path, "exec", dont_inherit=True)
    except SyntaxError as error:
        sys.excepthook(type(error), error, None)
        version = ".".join(map(str, sys.version_info[:2]))
        sys.exit(f"The executable {name!r} is not a program for Python {version}.")
    except (ValueError, OSError) as error:
        sys.exit(f"The executable {name!r} is not a Python program: {error}")


def _fresh_main(path: str) -> ModuleType:
    """The NodeServer's own ``__main__``, which lives in `sys.modules` as long as the process."""
    import importlib.machinery

    module = ModuleType("__main__")
    module.__file__ = path
    module.__loader__ = importlib.machinery.SourceFileLoader("__main__", path)
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    return module


def _below_us(traceback: TracebackType | None) -> TracebackType | None:
    """The traceback without the launcher's own frames."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename == __file__:
        traceback = traceback.tb_next
    return traceback


if __name__ == "__main__":
    main()
