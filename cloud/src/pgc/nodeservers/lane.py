"""The durable lane of one run: its frames, one after the other, each applied and saved before it is answered.

A frame that was applied before (a resend, a redelivery after a restart) is only answered again; one that comes too
early (the frame before it was lost) is dropped, and the answer tells the SDK where to go on. A refused frame counts
as done, so that one wrong save does not hold up the rest.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from pgc.nodeservers.errors import Refused
from pgc.nodeservers.nodeserver import CurrentRun, NodeServer
from pgc.nodeservers.outbound import Outbound
from pgc_interface import wire

_MOST_WAITING = 1000
_MOST_BYTES = 16 * 1024 * 1024
_DRAIN = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as it came, what of it was refused on decoding, and its size in bytes."""

    body: wire.Upstream | wire.IsyUpstream
    refused: list[str] = field(default_factory=list)
    size: int = 0


Apply = Callable[[NodeServer, CurrentRun, wire.Upstream | wire.IsyUpstream], Awaitable[None]]
Skip = Callable[[CurrentRun, int], Awaitable[None]]


class DurableLane:
    """`apply` saves and does what a frame says; `skip` moves the stored mark past a refused one."""

    def __init__(self, nodeserver: NodeServer, run: CurrentRun, outbound: Outbound, apply: Apply, skip: Skip) -> None:
        self._nodeserver = nodeserver
        self._run = run
        self._outbound = outbound
        self._apply = apply
        self._skip = skip
        self._frames: asyncio.Queue[Frame] = asyncio.Queue(_MOST_WAITING)
        self._bytes = 0
        self._answered = run.mark

    def offer(self, frame: Frame) -> None:
        """Takes a frame in; with a full lane it is dropped, and our SDK sends it again."""
        if self._frames.full() or self._bytes + frame.size > _MOST_BYTES:
            self._nodeserver.journal.remark("messages come faster than they can be saved; some were dropped", "WARNING")
            return
        self._bytes += frame.size
        self._frames.put_nowait(frame)

    async def drain(self) -> None:
        """Lets, for a bounded time, be applied what was taken in: a run may end with its last save on the way."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN):
                await self._frames.join()

    async def work(self) -> None:
        while True:
            frame = await self._frames.get()
            try:
                await self._take(frame)
            except SQLAlchemyError as error:
                # Not answered, so the SDK sends it again; nothing that was acknowledged depends on it.
                again = "will be tried again" if frame.body.seq is not None else "it is lost"
                _log.exception("a frame of %s could not be saved", self._nodeserver.worker)
                self._nodeserver.journal.remark(f"saving failed and {again}: {error.args[0]}", "ERROR")
            finally:
                self._bytes -= frame.size
                self._frames.task_done()
            if self._frames.empty() and self._answered != self._run.mark:
                await self._answer(wire.SeqResult(upTo=self._run.mark, refused=self._refusals()))

    async def _take(self, frame: Frame) -> None:
        seq = frame.body.seq
        if seq is not None and seq != self._run.mark + 1:
            self._answered = -1  # even when nothing changes: the SDK asked by sending again
            return
        refused = list(frame.refused)
        if seq is not None:
            self._run.refused(seq, refused)
        try:
            await self._apply(self._nodeserver, self._run, frame.body)
        except Refused as error:
            refused.append(str(error))
        except SQLAlchemyError:
            raise
        except Exception:  # noqa: BLE001 (the edge of this task; one odd frame must not end all that follow)
            _log.exception("a frame of %s could not be applied", self._nodeserver.worker)
            refused.append("an error of the platform; its log tells more")
        if seq is not None:
            self._run.refused(seq, refused)
            if self._run.mark < seq:
                await self._skip(self._run, seq)
        for reason in refused:
            self._nodeserver.journal.remark(f"refused: {reason}", "WARNING")
        if refused and seq is not None:
            await self._answer(wire.SeqResult(seq=seq, error="; ".join(refused)))
            await self._outbound.config(self._nodeserver)  # without what it already shows as saved

    def _refusals(self) -> list[wire.Refusal]:
        """The answer that said so first may be lost: with a connection, or with the platform itself."""
        return [wire.Refusal(seq=int(seq), error=reason) for seq, reason in self._run.refusals.items()]

    async def _answer(self, result: wire.SeqResult) -> None:
        self._answered = self._run.mark
        await self._outbound.send(self._nodeserver, wire.Downstream(result=wire.Result(seq=result)))
