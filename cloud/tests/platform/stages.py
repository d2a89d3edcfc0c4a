"""Where the script is played: the authors' test kit, and the real platform. Both give the same sight of it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pgc.nodeservers.nodeserver import NodeServer
from pgc.simulator.changes import Change, CommandReported
from pgc.simulator.commands import Param
from pgc_interface import testing, wire

from .contract import Step
from .home import PATIENCE, Home

Sight = dict[str, Any]
_SAVED = ("params", "data", "typed_data", "typed_params", "notices", "params_doc")


class KitStage:
    def __init__(self, platform: testing.Platform, folder: Path) -> None:
        self._nodeserver = platform.start(folder=folder, profileNum="3")
        self._answers: list[bool] = []

    def play(self, step: Step) -> Sight:
        """What is to be seen once the step and all that follows from it is over."""
        name, *arguments = step
        with suppress(testing.NodeServerRaised):  # the real platform only logs it
            getattr(self, f"_{name}")(*arguments)
        return self._sight()

    @property
    def remarks(self) -> list[str]:
        return self._nodeserver.remarks

    def _see(self) -> None: ...

    def _command(self, address: str, name: str, value: str | None, uom: int | None, query: dict[str, str]) -> None:
        self._nodeserver.command(address, name, value, uom, query)

    def _query(self, address: str) -> None:
        try:
            self._answers.append(self._nodeserver.query(address))
        except testing.NodeServerRaised:
            self._answers.append(False)

    def _change(self, body: dict[str, Any]) -> None:
        changes: dict[str, Callable[[Any], None]] = {
            "patchparams": self._change_params,
            "patchnotices": lambda patch: self._nodeserver.remove_notice(*patch["unset"]),
            "polls": lambda polls: self._nodeserver.set_polls(short=polls["shortPoll"]),
        }
        for key, given in body.items():
            changes[key](given)

    def _change_params(self, patch: dict[str, Any]) -> None:
        if "set" in patch:
            self._nodeserver.set_params(patch["set"])
        else:
            self._nodeserver.remove_params(*patch["unset"])

    def _typed(self, values: dict[str, Any]) -> None:
        self._nodeserver.set_typed_params(values)

    def _send(self, body: dict[str, Any]) -> None:
        does: dict[str, Callable[[Any], Any]] = {
            "oauth": lambda answer: self._nodeserver.oauth(**answer),
            "webhook": lambda call: self._nodeserver.webhook(call["body"]),
            "shortPoll": lambda _: self._nodeserver.short_poll(),
        }
        for key, given in body.items():
            does[key](given)

    def _restart(self) -> None:
        self._nodeserver.restart()

    def _sight(self) -> Sight:
        seen = self._nodeserver
        return {
            "nodes": {
                node.address: (node.name, node.nodedef, node.primary, node.hint or "0x00000000", dict(node.drivers))
                for node in seen.nodes.values()
            },
            "commands": [tuple(command) for command in seen.commands],
            "profile": seen.profile,
            "answers": list(self._answers),
            "polls": seen.polls,
            **{name: getattr(seen, name) for name in _SAVED},
        }


class RealStage:
    """The same, where a step is over once the ISY and the database say what the kit said."""

    def __init__(self, home: Home, nodeserver: NodeServer) -> None:
        self._home = home
        self._nodeserver = nodeserver
        self._prefix = f"n{nodeserver.slot:03}_"
        self._commands: list[tuple[str, str, str | None, str | None]] = []
        self._answers: list[bool | None] = []
        home.sim.observe(self._heard)

    async def play(self, step: Step, expected: Sight) -> Sight:
        """What is to be seen once it is what is expected, or will not be."""
        name, *arguments = step
        await getattr(self, f"_{name}")(*arguments)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._shows(expected), PATIENCE)
        return self._sight()

    @property
    def journal(self) -> list[str]:
        return [entry.text for entry in self._nodeserver.journal.entries()]

    async def _shows(self, expected: Sight) -> None:
        """Looks again with each change on the ISY and with everything that the platform tells."""
        with self._home.platform.events.subscribe() as told:
            again = asyncio.Event()
            forget = self._home.sim.observe(lambda _: again.set())

            async def listen() -> None:
                async for _ in told:
                    again.set()

            listening = asyncio.create_task(listen())
            try:
                while self._sight() != expected:
                    await again.wait()
                    again.clear()
            finally:
                forget()
                listening.cancel()

    async def _see(self) -> None: ...

    async def _command(
        self, address: str, name: str, value: str | None, uom: int | None, query: dict[str, str]
    ) -> None:
        split = [(key.split(".uom"), given) for key, given in query.items()]
        params = {name: Param(given, int(number)) for (name, number), given in split}
        await self._home.sim.send_command(self._prefix + address, name, value, uom, params)

    async def _query(self, address: str) -> None:
        self._answers.append(await self._home.sim.query(self._prefix + address, PATIENCE))

    async def _change(self, body: dict[str, Any]) -> None:
        frame = wire.decode(wire.encode(body), wire.Upstream)
        await self._home.platform.manager.change(self._nodeserver.worker, frame)

    async def _typed(self, values: dict[str, Any]) -> None:
        await self._home.platform.manager.set_typed_params(self._nodeserver.worker, wire.Patch(set=values))

    async def _send(self, body: dict[str, Any]) -> None:
        """What the platform itself has no door for yet goes out as it will go out then."""
        await self._home.platform._outbound.deliver(self._nodeserver, wire.decode(wire.encode(body), wire.Downstream))

    async def _restart(self) -> None:
        await self._home.platform.manager.restart(self._nodeserver.worker)

    def _sight(self) -> Sight:
        state, slot = self._home.sim.state, self._nodeserver.slot
        return {
            "nodes": {node.address.removeprefix(self._prefix): self._seen(node) for node in state.nodes.values()},
            "commands": self._commands,
            "profile": {
                f"{kind}/{name}": body for kind, of in state.profiles[slot].files.items() for name, body in of.items()
            },
            "answers": self._answers,
            "polls": (self._nodeserver.saved.short_poll, self._nodeserver.saved.long_poll),
            **{name: getattr(self._nodeserver.saved, name) for name in _SAVED},
        }

    def _seen(self, node: Any) -> tuple[Any, ...]:
        drivers = {name: (reading.value, str(reading.uom)) for name, reading in node.drivers.items()}
        primary = node.primary.removeprefix(self._prefix)
        return node.name, node.nodedefid, primary, f"0x{node.hint.hex()}", drivers

    def _heard(self, change: Change) -> None:
        if isinstance(change, CommandReported):
            uom = None if change.uom is None else str(change.uom)
            self._commands.append((change.address.removeprefix(self._prefix), change.command, change.value, uom))
