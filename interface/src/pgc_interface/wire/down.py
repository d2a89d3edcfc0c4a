"""Down: from the platform to a run."""

from typing import Any, Dict, List, Optional, Union

from .base import Message, Polls


class NodeResult(Message):
    """How one ``addnode`` or ``removenode`` ended; `statusCode` is the ISY's, 0 where it was not asked."""

    success: bool
    address: str
    statusCode: int = 0
    reason: Optional[str] = None


class ProfileResult(Message):
    success: bool
    reason: Optional[str] = None


class Refusal(Message):
    """A frame of the durable lane that was not taken, or not wholly, and why."""

    seq: int
    error: str


class SeqResult(Message):
    """The durable lane's answer: all to `upTo` is done, or `seq` was refused because of `error`.

    `refused` repeats what was refused of the last :data:`MAX_UNANSWERED` frames up to `upTo`: the answer that said
    so first may have been lost with a connection, or with the platform.
    """

    upTo: Optional[int] = None
    seq: Optional[int] = None
    error: Optional[str] = None
    refused: List[Refusal] = []


class Result(Message):
    addnode: Union[NodeResult, List[NodeResult], None] = None
    removenode: Union[NodeResult, List[NodeResult], None] = None
    installprofile: Optional[ProfileResult] = None
    seq: Optional[SeqResult] = None


class Command(Message):
    """A command of the ISY to a node. `value` is text; `query` maps ``<param>.uom<N>`` and ``requestId`` to text."""

    address: str
    cmd: str
    value: Optional[str] = None
    uom: Optional[str] = None
    query: Dict[str, str] = {}


class NodeQuery(Message):
    """The ISY asks for a node's values. Where it named a `requestId`, the run answers with a `report` of it."""

    address: str
    requestId: Optional[str] = None


class LogLevel(Message):
    level: str


class LogStream(Message):
    clientId: str


class Webhook(Message):
    id: str
    method: str = "POST"
    path: str = ""
    headers: Dict[str, str] = {}
    query: Dict[str, str] = {}
    body: str = ""
    encoding: str = "utf-8"


class Downstream(Message):
    """One frame to a run. A key whose body is empty (`shortPoll`, `stop`) is present with ``{}`` or ``""``."""

    mid: Optional[str] = None

    config: Optional[Dict[str, Any]] = None
    result: Optional[Result] = None
    query: Optional[NodeQuery] = None
    status: Optional[NodeQuery] = None
    command: Optional[Command] = None
    shortPoll: Optional[Dict[str, Any]] = None
    longPoll: Optional[Dict[str, Any]] = None
    polls: Optional[Polls] = None
    oauth: Optional[Dict[str, Any]] = None
    delete: Optional[Dict[str, Any]] = None
    stop: Optional[str] = None
    startLogStream: Optional[LogStream] = None
    stopLogStream: Optional[LogStream] = None
    webhook: Optional[Webhook] = None
    logLevel: Optional[LogLevel] = None
    discover: Optional[Dict[str, Any]] = None
