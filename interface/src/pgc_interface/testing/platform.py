"""A platform in this process: no broker, no ISY, no waiting, and a clock that a test moves."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Callable, Mapping

from .. import wire
from ..environment import Environment
from ..link import OnMessage
from ..polls import POLLS
from ..rules import saved as rules
from ..rules.errors import BadSave
from ..rules.state import Saved
from ..serverfile import read_server_file
from .books import Books
from .clock import Clock
from .errors import NodeServerFailed, NodeServerRaised, TookTooLong
from .life import Life
from .line import Line
from .nodeserver import NodeServer
from .post import Post
from .programs import FromClass, FromScript, Program
from .stacks import whereabouts
from .world import Ear, borrowed_process

__tracebackhide__ = True  # pytest then shows the line of the test
PATIENCE = 15.0
_KEPT = {"customParams": "params", "customData": "data", "typedCustomData": "typed_data"}
_LOOK = 0.1
"""Seconds after which a wait looks again although nothing has arrived."""
_SMALLEST = 0.001
"""Seconds that time moves on at least."""


class Platform:
    """The fixture `platform`. It applies the real platform's rules to what NodeServers send, with an ISY that agrees.

    What a NodeServer's own code raises is logged there, and the NodeServer goes on; here the test hears of it as
    :class:`NodeServerRaised`, from whatever it did last.
    """

    def __init__(self) -> None:
        self.patience = PATIENCE
        """Real seconds to wait for a NodeServer that works, or hangs, before the test fails."""
        self.clock = Clock()
        self.post = Post()
        self._ear = Ear()
        self._lives: dict[str, Life] = {}
        self._scope = ExitStack()

    def __enter__(self) -> Platform:
        self._scope.enter_context(borrowed_process(self._connect, self.clock, self._ear))
        return self

    def __exit__(self, *_: object) -> None:
        with self._scope:
            self._scope.callback(self.post.close, self.patience)
            for life in self._lives.values():
                life.end(self.patience)
            self.settle()

    def start(
        self,
        controller: Any = None,
        *,
        folder: str | Path = ".",
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        notices: Mapping[str, str] | None = None,
        typed_data: Mapping[str, Any] | None = None,
        blocks: bool = False,
        **init: Any,
    ) -> NodeServer:
        """Start a NodeServer: the Controller class given, or else the program that server.json names.

        It returns when `start()` has returned and all nodes and values are on the ISY; with `blocks`, for a
        `start()` that serves for ever, when nothing happens any more. `folder` holds server.json and ``profile/``
        and becomes the working directory. The maps are what the platform kept from earlier runs. All else goes into
        the init message as it is: ``oauth={…}``, ``netInfo={…}``.
        """
        home = Path(folder).resolve()
        server = _server(home)
        _check_init(init)
        state = Saved(dict(params or {}), dict(data or {}), dict(typed_data or {}), dict(notices or {}))
        worker = f"{len(self._lives) + 1:032x}"
        state = _with_polls(state, {**server, **init})
        fixed = {key: given for key, given in init.items() if key not in POLLS}
        books = Books(worker, server, state, fixed, self.clock)
        program: Program = FromScript(_executable(home, server)) if controller is None else FromClass(controller)
        life = self._lives[worker] = Life(books, program, home, self.post, blocks=blocks)
        life.begin(self.deadline())
        self.settle()
        return NodeServer(self, life, self._ear)

    def advance(self, seconds: float) -> None:
        """Let time pass: each poll comes when it is due and is dealt with before the next, and notices end."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            pauses = [life.pause() for life in self._lives.values()]
            due = min((pause for pause in pauses if pause is not None), default=seconds)
            self.clock.now = min(end, self.clock.now + max(due, _SMALLEST))
            for life in self._lives.values():
                life.time_passed()
            self.settle()

    def settle(self) -> None:
        """Wait until every NodeServer has dealt with all that came, and all that it sent has arrived.

        Only needed after something that was done past the kit, as on a thread of the test's own.

        Raises:
            NodeServerRaised: code of a NodeServer raised, since the last time.
            TookTooLong: a NodeServer hangs.
        """
        deadline = self.deadline()
        for life in self._lives.values():
            life.settle(deadline)
        self._raise_what_was_raised()

    def wait_until(self, true: Callable[[], Any]) -> None:
        """Wait for what a thread of the NodeServer's own does; looked at whenever something arrives here."""
        deadline = self.deadline()
        with self.post.changed:
            while not true():
                if time.monotonic() > deadline:
                    raise TookTooLong(f"It did not become true within {self.patience:g} seconds.{whereabouts()}")
                self.post.changed.wait(_LOOK)
        self._raise_what_was_raised()

    def deadline(self) -> float:
        return time.monotonic() + self.patience

    def _connect(self, environment: Environment, on_message: OnMessage) -> Line:
        return self._lives[environment.init["worker"]].connect(environment, on_message)

    def _raise_what_was_raised(self) -> None:
        raised, self._ear.raised = self._ear.raised, []
        if raised:
            raise NodeServerRaised("The NodeServer's code raised:\n" + "\n".join(raised))


def _server(folder: Path) -> dict[str, Any]:
    """The content of server.json; empty without one, which a Controller can do without."""
    return (read_server_file(folder) if (folder / "server.json").exists() else None) or {}


def _check_init(init: Mapping[str, Any]) -> None:
    for key in _KEPT.keys() & init.keys():
        raise TypeError(f"start() takes {key} as {_KEPT[key]}: the platform keeps it, and it changes")


def _executable(folder: Path, server: Mapping[str, Any]) -> Path:
    path = folder / str(server.get("executable"))
    if not path.is_file():
        raise NodeServerFailed(
            f"{folder / 'server.json'} names no program that is there. Run the tests from the NodeServer's folder, "
            "name it with folder=…, or give start() the Controller class."
        )
    return path


def _with_polls(state: Saved, server: Mapping[str, Any]) -> Saved:
    """With the polls of server.json; what cannot be read there is left out, as on the real platform."""
    for name in POLLS:
        frame = wire.Upstream(polls=wire.Polls(**{name: server.get(name)}))
        with suppress(BadSave):
            state = rules.apply(state, frame, 0)
    return state
