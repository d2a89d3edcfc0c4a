"""A NodeServer under test, and what its ISY, its owner, its vendor and the platform can do to it."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping

from .. import wire
from ..rules import saved as rules
from ..rules.state import Saved
from .life import Life
from .view import View
from .world import Ear

if TYPE_CHECKING:
    from .platform import Platform

__tracebackhide__ = True  # pytest then shows the line of the test


class NodeServer(View):
    """:meth:`Platform.start` makes it. Each thing done to it returns when all that follows from it is over."""

    def __init__(self, platform: Platform, life: Life, ear: Ear) -> None:
        super().__init__(life, ear)
        self._platform = platform
        self._numbers = count(1)

    @property
    def worker(self) -> str:
        return self._life.books.worker

    @property
    def interface(self) -> Any:
        """The Interface of this run."""
        return self._life.run.interface

    @property
    def controller(self) -> Any:
        """The Controller of this run: the author's own object."""
        return self._life.run.interface.controller

    @property
    def running(self) -> bool:
        return self._life.running

    # --- what its ISY does ---

    def command(
        self,
        address: str,
        command: str,
        value: Any = None,
        uom: Any = None,
        query: Mapping[str, Any] | None = None,
        request: str | None = None,
    ) -> None:
        """Send a command to a node: ``command("controller", "DISCOVER")``, ``command("room", "SET", 21.5, 4)``.

        `query` holds named parameters, such as ``{"H.uom4": 20}``. All values arrive as text, as from an ISY.
        With a `request` the ISY wants to know how it ended: see :meth:`answer`.
        """
        named = {name: str(given) for name, given in (query or {}).items()}
        if request is not None:
            named["requestId"] = request
        texts = [None if given is None else str(given) for given in (value, uom)]
        body = wire.Command(address=address, cmd=command, value=texts[0], uom=texts[1], query=named)
        self._deliver(wire.Downstream(command=body))

    def query(self, address: str = "all") -> bool:
        """The ISY asks for a node's values; whether the NodeServer answered that it went well."""
        number = f"query-{next(self._numbers)}"
        self._deliver(wire.Downstream(query=wire.NodeQuery(address=address, requestId=number)), kept=False)
        return self.answer(number) is True

    def status(self, address: str = "all") -> bool:
        """The ISY asks what the NodeServer knows of a node."""
        number = f"status-{next(self._numbers)}"
        self._deliver(wire.Downstream(status=wire.NodeQuery(address=address, requestId=number)), kept=False)
        return self.answer(number) is True

    def answer(self, request: str) -> bool | None:
        """How a request of the ISY ended; None if the NodeServer has not said so."""
        with self._still() as books:
            return books.isy.answers.get(request)

    def refuse_node(self, address: str, reason: str = "the ISY does not take it") -> None:
        """From now on the ISY does not take a node with this address."""
        with self._still() as books:
            books.isy.refusals[address] = reason

    # --- what its owner does ---

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Set custom params; others stay as they are."""
        self._frame({"patchparams": {"set": dict(params)}})

    def remove_params(self, *names: str) -> None:
        self._frame({"patchparams": {"unset": list(names)}})

    def set_typed_params(self, values: Mapping[str, Any]) -> None:
        """Set typed params; raises BadSave if they are not what their definitions ask for."""
        self._change(lambda saved: rules.set_typed(saved, wire.Patch(set=dict(values))))

    def remove_notice(self, key: str) -> None:
        self._frame({"patchnotices": {"unset": [key]}})

    def set_polls(self, short: int | None = None, long: int | None = None) -> None:
        self._frame({"polls": {"shortPoll": short, "longPoll": long}})

    def discover(self) -> None:
        self._deliver(wire.Downstream(discover={}), kept=False)

    def delete(self) -> None:
        """The owner removes the NodeServer: `delete`, then its stop."""
        self._deliver(wire.Downstream(delete={}))
        self._life.await_end(self._platform.patience)
        self._platform.settle()

    # --- what the world does ---

    def oauth(self, **answer: Any) -> None:
        """A vendor sends this to the OAuth callback: ``oauth(code="abc")``. `state` is the worker unless given."""
        self._deliver(wire.Downstream(oauth={"state": self.worker, **answer}))

    def webhook(
        self,
        body: str = "",
        *,
        method: str = "POST",
        path: str = "",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> wire.WebhookResponse | None:
        """Someone calls the NodeServer's webhook; what it answered: status, headers, body."""
        number = f"webhook-{next(self._numbers)}"
        call = wire.Webhook(
            id=number, method=method, path=path, headers=dict(headers or {}), query=dict(query or {}), body=body
        )
        self._deliver(wire.Downstream(webhook=call))
        with self._still() as books:
            return books.webhooks.get(number)

    @contextmanager
    def offline(self) -> Iterator[None]:
        """While it lasts there is no connection to the platform."""
        with self._still():
            self._life.run.line.lose()
        yield
        with self._still():
            self._life.run.reconnect()
        self._platform.settle()

    # --- what the platform does ---

    def short_poll(self) -> None:
        """A short poll out of turn; :meth:`Platform.advance` brings those that are due."""
        self._deliver(wire.Downstream(shortPoll={}), kept=False)

    def long_poll(self) -> None:
        self._deliver(wire.Downstream(longPoll={}), kept=False)

    def stop(self) -> None:
        """Stop it. What the platform keeps stays, for :meth:`restart`."""
        self._life.end(self._platform.patience)
        self._platform.settle()

    def restart(self) -> None:
        """Stop it and start it again, with all that the platform keeps, and with an empty memory."""
        self.stop()
        self._life.begin(self._platform.deadline())
        self._platform.settle()

    # --- inside ---

    def _deliver(self, frame: wire.Downstream, *, kept: bool = True) -> None:
        with self._still():
            (self._life.run.deliver if kept else self._life.run.send)(frame)
        self._platform.settle()

    def _frame(self, body: dict[str, Any]) -> None:
        frame = wire.decode(wire.encode(body), wire.Upstream)
        self._change(lambda saved: rules.apply(saved, frame, self._life.books.clock.milliseconds))

    def _change(self, change: Callable[[Saved], Saved]) -> None:
        with self._still() as books:
            self._life.run.inbound.change(change(books.saved))
        self._platform.settle()
