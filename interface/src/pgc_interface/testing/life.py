"""The life of a NodeServer under test: its runs, one after the other, and when each has come to rest."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import msgspec

from ..environment import Environment
from ..link import OnMessage
from ..rules import saved as rules
from .books import Books
from .errors import NodeServerFailed, TookTooLong
from .line import Line
from .post import Post
from .programs import FromScript, Program
from .run import Run
from .stacks import whereabouts
from .world import own_modules

__tracebackhide__ = True  # pytest then shows the line of the test


class Life:
    """`run` is the one that is, or was the last; `blocks`: its `start()` is meant never to return."""

    run: Run

    def __init__(self, books: Books, program: Program, folder: Path, post: Post, *, blocks: bool) -> None:
        self.books = books
        self.post = post
        self._program = program
        self._folder = folder
        self._blocks = blocks
        self._scope = ExitStack()

    @property
    def running(self) -> bool:
        return hasattr(self.run, "interface") and not self.run.over

    def begin(self, deadline: float) -> None:
        """Start a run.

        Raises:
            NodeServerFailed: it does not come up.
        """
        self.run = Run(self.books, self.post)
        self.books.new_run()
        os.chdir(self._folder)
        init = msgspec.json.encode(self.books.config()).decode()
        os.environ.update(NODESERVER=init, PGC_MQTT_URL="mqtt://nodeserver@in-this-process")
        if isinstance(self._program, FromScript):
            self._scope.enter_context(own_modules(self._folder))
        self._program.start(self.run, deadline)

    def connect(self, environment: Environment, on_message: OnMessage) -> Line:
        return self.run.connect(environment, on_message)

    def end(self, patience: float) -> None:
        """Stop the run, if there is one."""
        if self.running:
            self.run.interface.request_stop("the platform asked for it")
            self.await_end(patience)
        self._scope.close()

    def await_end(self, patience: float) -> None:
        if not self.run.interface.wait_until_stopped(patience):
            raise TookTooLong(f"The NodeServer has not stopped.{whereabouts()}")

    def settle(self, deadline: float) -> None:
        """Wait until it has nothing left to do.

        Raises:
            TookTooLong: it goes on and on, or is stuck.
        """
        if self.running and not self.run.has_begun(deadline):
            raise TookTooLong(f"The NodeServer has made no Controller.{whereabouts()}")
        while self.running:
            was_starting = self._is_starting()
            quiet = self.run.is_quiet(deadline)
            self._check()
            if quiet is None:
                raise TookTooLong(f"The NodeServer has not come to rest.{whereabouts()}")
            if quiet and not was_starting:
                return
            if quiet and not self.run.start_returned(deadline):
                hint = "If it is meant to serve for ever, start it with blocks=True."
                raise TookTooLong(f"start() has not returned. {hint}{whereabouts()}")

    def pause(self) -> float | None:
        """Seconds until something is due: a poll, or the end of a notice."""
        with self.post.changed:
            ends = [end / 1000 - self.books.clock.now for end in self.books.saved.notice_ends.values()]
        poll = self.run.interface.polls.pause() if self.running else None
        return min([*ends, *([] if poll is None else [poll])], default=None)

    def time_passed(self) -> None:
        """The clock was moved."""
        with self.post.changed:
            if self.running:
                self.run.line.tick()
                self.run.inbound.change(rules.without_expired(self.books.saved, self.books.clock.milliseconds))

    def _check(self) -> None:
        self.post.check()
        failure, self.run.failure = self.run.failure, None
        if failure is not None:
            raise NodeServerFailed(f"Its program failed: {failure!r}") from failure

    def _is_starting(self) -> bool:
        """Whether its `start()` is still to return; where the ISY has no controller node it is not called."""
        with self.post.changed:
            on_isy = self.books.controller is not None and self.books.controller.on_isy
        return on_isy and not self._blocks and not self.run.interface.polls.free.is_set()
