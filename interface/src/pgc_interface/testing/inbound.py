"""What a NodeServer sends: checked by the platform's own rules, kept, done, and answered as the platform answers."""

from __future__ import annotations

from base64 import b64decode
from typing import Any, Callable

from .. import wire
from ..rules import saved
from ..rules.errors import BadSave
from ..rules.nodes import NewNode, new_nodes
from ..rules.state import Saved
from .books import Books
from .nodes import Nodes

Send = Callable[[wire.Downstream], None]


class Inbound:
    """One run's frames. `acknowledged` is told each `mid` that the SDK has dealt with."""

    def __init__(self, books: Books, send: Send, acknowledged: Callable[[str], None]) -> None:
        self.connected = False
        self._books = books
        self._send = send
        self._acknowledged = acknowledged
        self._mark = 0
        self._nodes = Nodes(books)

    def receive(self, topic: str, payload: bytes) -> None:
        try:
            if topic.endswith("/isy"):
                self._number(wire.decode(payload, wire.IsyUpstream), [], self._apply_isy)
            elif topic.endswith("/ns"):
                self._from_run(*wire.decode_upstream(payload))
        except wire.WireError as error:
            self._books.remark(f"a message was refused: {error}")

    def change(self, new: Saved) -> None:
        """Keep this, and tell the run of it."""
        before, self._books.saved = self._books.saved, new
        self._tell(before, new)

    # --- frames ---

    def _from_run(self, frame: wire.Upstream, refused: list[str]) -> None:
        if frame.ack:
            self._acknowledged(frame.ack.mid)
        if frame.webhookResponse:
            self._books.webhooks[frame.webhookResponse.id] = frame.webhookResponse
        for status in [*([frame.status] if frame.status else []), *(frame.batch.status if frame.batch else [])]:
            self._nodes.status(status)
        self._number(frame, refused, self._apply)

    def _number(self, frame: Any, refused: list[str], apply: Callable[[Any], None]) -> None:
        """Applies a frame if it is the next one of its lane, or has no number; a refused one counts as done."""
        if frame.seq is not None and frame.seq != self._mark + 1:
            self._answer(wire.SeqResult(upTo=self._mark))
            return
        refused = list(refused)
        self._mark = frame.seq or self._mark
        try:
            apply(frame)
        except BadSave as error:
            refused.append(str(error))
        for reason in refused:
            self._books.remark(f"refused: {reason}")
        if frame.seq is not None:
            done = wire.SeqResult(upTo=self._mark)
            self._answer(wire.SeqResult(seq=frame.seq, error="; ".join(refused)) if refused else done)
        if frame.seq is not None and refused:
            self._config()  # without what the NodeServer already shows as saved

    def _apply(self, frame: wire.Upstream) -> None:
        before = self._books.saved
        self._books.saved = saved.apply(before, frame, self._books.clock.milliseconds)
        added = new_nodes(frame, self._books.nodes)
        if frame.connected is not None:
            self._connection(frame.connected)
        if added:
            self._add(added, single=frame.addnode is not None)
        self._remove(frame)
        if frame.command:
            self._nodes.command(frame.command)
        if frame.installprofile is not None:
            self._install_profile()
        self._books.wishes += [wish for wish in ("restart", "stop") if getattr(frame, wish) is not None]
        self._tell(before, self._books.saved)

    def _apply_isy(self, frame: wire.IsyUpstream) -> None:
        if frame.report:
            self._books.isy.answers[frame.report.requestId] = frame.report.success
        if frame.uploadProfile:
            self._keep_profile(frame.uploadProfile, last=frame.uploadProfile.last or frame.seq is None)

    # --- nodes ---

    def _add(self, added: list[NewNode], *, single: bool) -> None:
        """Primaries first, since their children need them."""
        ordered = sorted(added, key=lambda new: new.node.primary != new.node.address)
        results = [self._nodes.add(new) for new in ordered]
        answer = results[0] if single and len(results) == 1 else results
        self._send(wire.Downstream(result=wire.Result(addnode=answer)))
        if any(new.node.isController for new in added) and not self._books.profile:
            self._books.profile_done = True
        self._config()

    def _remove(self, frame: wire.Upstream) -> None:
        batch = [ref.address for ref in frame.batch.removenode] if frame.batch else []
        single = [frame.removenode.address] if frame.removenode else []
        results = [self._nodes.remove(address) for address in (*single, *batch)]
        if results:
            answer = results[0] if single and len(results) == 1 else results
            self._send(wire.Downstream(result=wire.Result(removenode=answer)))
            self._config()

    # --- profile ---

    def _keep_profile(self, upload: wire.UploadProfile, *, last: bool) -> None:
        name = f"{upload.type}/{upload.filename}"
        try:
            self._books.profile[name] = b64decode("".join(upload.payload.split()), validate=True)
        except ValueError as error:
            result = wire.ProfileResult(success=False, reason=f"profile file {name}: {error}")
            self._send(wire.Downstream(result=wire.Result(installprofile=result)))
            raise BadSave(f"profile file {name}: {error}") from error
        if last:
            self._install_profile()

    def _install_profile(self) -> None:
        done = bool(self._books.profile)
        result = wire.ProfileResult(success=done, reason=None if done else "no profile file was sent")
        self._send(wire.Downstream(result=wire.Result(installprofile=result)))
        if done:
            self._books.profile_done = True
            self._books.profile_version = self._books.profile_version_wanted
            self._config()

    # --- the run ---

    def _connection(self, up: bool) -> None:
        self.connected = up
        self._nodes.connected(up)
        if up:
            self._config()

    def _tell(self, before: Saved, new: Saved) -> None:
        if (new.short_poll, new.long_poll) != (before.short_poll, before.long_poll):
            self._send(wire.Downstream(polls=wire.Polls(shortPoll=new.short_poll, longPoll=new.long_poll)))
        if new.log_level != before.log_level:
            self._send(wire.Downstream(logLevel=wire.LogLevel(level=new.log_level)))
        if new is not before:
            self._config()

    def _config(self) -> None:
        self._send(wire.Downstream(config=self._books.config(mark=self._mark, connected=self.connected)))

    def _answer(self, result: wire.SeqResult) -> None:
        self._send(wire.Downstream(result=wire.Result(seq=result)))
