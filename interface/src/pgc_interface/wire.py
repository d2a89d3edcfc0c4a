"""Every message between a NodeServer's run and the platform, typed and bounded; both ends use this module.

A frame is one JSON object. What travels up (run → platform) is an :class:`Upstream` on ``<prefix>/ns`` or an
:class:`IsyUpstream` on ``<prefix>/isy``; what travels down is a :class:`Downstream` on ``<prefix>/ns/<worker>``.
A frame carries one key or several; keys that nobody knows are ignored. The names are those of the original
PGC, so that its clients are understood; `seq`, `mid`, `n` and the `patch…` keys are ours.
"""

from typing import Any, Dict, List, Mapping, Optional, Set, Tuple, Type, TypeVar, Union

import msgspec
from msgspec import Meta, Struct, field

try:
    from typing import Annotated
except ImportError:  # Python 3.8
    from typing_extensions import Annotated

MAX_FRAME = 1024 * 1024
"""Bytes in one frame, and so in one MQTT payload; what is larger is refused by the broker."""
MAX_PROFILE_FILE = 700 * 1024
"""Bytes in one profile file before base64."""
MAX_BATCH = 1000
"""Messages of one kind in one batch."""

Address = Annotated[str, Meta(min_length=1, max_length=64)]
"""A node's address without the slot's prefix. The ISY takes 14 characters; longer ones are refused with a reason."""
DriverName = Annotated[str, Meta(min_length=1, max_length=32)]
CommandName = Annotated[str, Meta(min_length=1, max_length=64)]
Key = Annotated[str, Meta(min_length=1, max_length=256)]
Text = Annotated[str, Meta(max_length=4096)]
LongText = Annotated[str, Meta(max_length=256 * 1024)]
Scalar = Union[bool, int, float, Annotated[str, Meta(max_length=512)]]
"""A value as NodeServers send it: a number, a flag or text that holds one."""
Count = Annotated[int, Meta(ge=0)]
Mapped = Annotated[Dict[str, Any], Meta(max_length=10_000)]
Notices = Annotated[Dict[Key, LongText], Meta(max_length=200)]


class WireError(ValueError):
    """A frame that is not what the protocol allows; the text says what is wrong and where in the frame."""


class _Message(Struct, omit_defaults=True, kw_only=True):
    """The base of all: fields at their defaults are not sent."""


# --- what both ways share -----------------------------------------------------------------------------------------


class DriverValue(_Message, omit_defaults=False):
    value: Optional[Scalar] = None
    uom: Scalar = 56


class NodeRef(_Message):
    address: Address


class Polls(_Message):
    """Seconds between polls; NodeServers send numbers or digits in a string."""

    shortPoll: Optional[Scalar] = None
    longPoll: Optional[Scalar] = None


# --- up: NodeServer → platform ------------------------------------------------------------------------------------


class AddNode(_Message):
    address: Address
    name: Text
    nodedefid: Annotated[str, Meta(min_length=1, max_length=64)]
    primary: Address
    drivers: Annotated[Dict[DriverName, DriverValue], Meta(max_length=64)] = {}
    isController: bool = False
    hint: Union[Annotated[str, Meta(max_length=16)], Annotated[List[int], Meta(max_length=4)], None] = None


class Status(_Message):
    """One driver's value. `n` counts up per driver, so that an older value never replaces a newer one."""

    address: Address
    driver: DriverName
    value: Scalar
    uom: Scalar
    n: Optional[int] = None
    force: bool = False


class ReportCommand(_Message):
    """A command that a node sends to the ISY (``report/cmd``)."""

    address: Address
    command: CommandName
    value: Optional[Scalar] = None
    uom: Optional[Scalar] = None


class Batch(_Message):
    """Applied in the order of its fields."""

    addnode: Annotated[List[AddNode], Meta(max_length=MAX_BATCH)] = []
    status: Annotated[List[Status], Meta(max_length=MAX_BATCH)] = []
    removenode: Annotated[List[NodeRef], Meta(max_length=MAX_BATCH)] = []


class Patch(_Message):
    """Changes to a map that the platform keeps: first `set`, then `unset`."""

    set: Mapped = {}
    unset: Annotated[List[Key], Meta(max_length=10_000)] = []


class Notice(_Message):
    key: Key
    value: LongText


class NoticeRef(_Message):
    key: Key


class Ack(_Message):
    mid: Annotated[str, Meta(max_length=64)]


class Beat(_Message):
    """Sent from the SDK's dispatch thread; `handler` is what it has been in since `since` (Unix seconds)."""

    handler: Optional[Text] = None
    since: Optional[float] = None


class WebhookResponse(_Message):
    id: Annotated[str, Meta(max_length=64)]
    status: Annotated[int, Meta(ge=100, le=599)] = 200
    headers: Dict[str, str] = {}
    body: str = ""


class Upstream(_Message):
    """One frame from a run. `userId`, `topic`, `profileNum` and `id` are for old readers and never believed."""

    userId: Any = None
    topic: Any = None
    profileNum: Any = None
    id: Any = None
    seq: Optional[Annotated[int, Meta(ge=1)]] = None

    connected: Optional[bool] = None
    addnode: Optional[AddNode] = None
    removenode: Optional[NodeRef] = None
    batch: Optional[Batch] = None
    status: Optional[Status] = None
    command: Optional[ReportCommand] = None
    customdata: Optional[Mapped] = None
    customparams: Optional[Mapped] = None
    notices: Optional[Notices] = None
    patchparams: Optional[Patch] = None
    patchnotices: Optional[Patch] = None
    patchtyped: Optional[Patch] = None
    customparamsdoc: Optional[LongText] = None
    typedparams: Optional[List[Any]] = None
    typedcustomdata: Optional[Mapped] = None
    addnotice: Optional[Notice] = None
    removenotice: Optional[NoticeRef] = None
    polls: Optional[Polls] = None
    installprofile: Optional[Dict[str, Any]] = None
    restart: Optional[Dict[str, Any]] = None
    stop: Optional[Dict[str, Any]] = None
    ack: Optional[Ack] = None
    beat: Optional[Beat] = None
    webhookResponse: Optional[WebhookResponse] = None


class UploadProfile(_Message):
    """One file of the profile; `payload` is base64, line breaks allowed."""

    type: Annotated[str, Meta(pattern="^(nodedef|editor|nls)$")]
    filename: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}$")]
    payload: Annotated[str, Meta(max_length=MAX_PROFILE_FILE * 3 // 2)]
    last: bool = False


class ReportResult(_Message):
    """How a request of the ISY ended."""

    requestId: Annotated[str, Meta(min_length=1, max_length=64)]
    success: bool


class IsyUpstream(_Message):
    userId: Any = None
    topic: Any = None
    profileNum: Any = None
    id: Any = None
    seq: Optional[Annotated[int, Meta(ge=1)]] = None

    uploadProfile: Optional[UploadProfile] = None
    report: Optional[ReportResult] = None


# --- down: platform → NodeServer ----------------------------------------------------------------------------------


class NodeResult(_Message):
    """How one ``addnode`` or ``removenode`` ended; `statusCode` is the ISY's, 0 where it was not asked."""

    success: bool
    address: str
    statusCode: int = 0
    reason: Optional[str] = None


class ProfileResult(_Message):
    success: bool
    reason: Optional[str] = None


class SeqResult(_Message):
    """The durable lane's answer: all to `upTo` is done, or `seq` was refused because of `error`."""

    upTo: Optional[int] = None
    seq: Optional[int] = None
    error: Optional[str] = None


class Result(_Message):
    addnode: Union[NodeResult, List[NodeResult], None] = None
    removenode: Union[NodeResult, List[NodeResult], None] = None
    installprofile: Optional[ProfileResult] = None
    seq: Optional[SeqResult] = None


class Command(_Message):
    """A command of the ISY to a node. `value` is text; `query` maps ``<param>.uom<N>`` and ``requestId`` to text."""

    address: str
    cmd: str
    value: Optional[str] = None
    uom: Optional[str] = None
    query: Dict[str, str] = {}


class NodeQuery(_Message):
    """The ISY asks for a node's values. Where it named a `requestId`, the run answers with a `report` of it."""

    address: str
    requestId: Optional[str] = None


class LogLevel(_Message):
    level: str


class LogStream(_Message):
    clientId: str


class Webhook(_Message):
    id: str
    method: str = "POST"
    path: str = ""
    headers: Dict[str, str] = {}
    query: Dict[str, str] = {}
    body: str = ""
    encoding: str = "utf-8"


class Downstream(_Message):
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


class NodeRecord(_Message, omit_defaults=False):
    """A node in `init` and `config`. Times are Unix milliseconds."""

    address: str
    name: str
    nodedefid: str
    primary: str
    drivers: Dict[str, DriverValue] = {}
    isController: bool = False
    hint: Optional[str] = None
    isPrimary: bool = False
    timeAdded: int = 0
    timeStarted: int = 0


class NetInfo(_Message, omit_defaults=False):
    """Where the world reaches this NodeServer; `httpsIngress` is false where it cannot."""

    publicIp: str = ""
    publicDns: str = ""
    publicPort: int = 0
    httpsIngress: Union[bool, str] = False
    webhookUrl: Union[bool, str] = False


class Revisions(_Message, omit_defaults=False):
    """Counters that grow with each change of the saved maps."""

    params: int = 0
    notices: int = 0
    data: int = 0


class Init(_Message, omit_defaults=False):
    """What a run is told at its start, and again as `config` when the configuration changes.

    `id` is the ISY's, `profileNum` the slot; times are Unix milliseconds; `shortPoll` and `longPoll` are seconds.
    """

    id: str
    profileNum: str
    userId: str
    worker: str
    name: str
    type: str = "cloud"
    url: str = ""
    language: str = "python3"
    version: str = ""
    isyVersion: str = "0"
    nodes: Dict[str, NodeRecord] = {}
    shortPoll: int = 60
    longPoll: int = 600
    customParams: Dict[str, Any] = {}
    customData: Dict[str, Any] = {}
    notices: Dict[str, str] = {}
    customParamsDoc: str = ""
    typedParams: List[Any] = []
    typedCustomData: Dict[str, Any] = {}
    oauth: Dict[str, Any] = {}
    netInfo: NetInfo = field(default_factory=NetInfo)
    firstRun: bool = False
    timeAdded: int = 0
    timeStarted: int = 0
    lastDisconnect: int = 0
    connected: bool = False
    development: bool = False
    logBucket: str = ""
    isyUsername: str = ""
    logLevel: str = "DEBUG"
    timezone: str = "UTC"
    profileVersion: Optional[str] = None
    rev: Revisions = field(default_factory=Revisions)


# --- topics -------------------------------------------------------------------------------------------------------


class Topics(Struct, frozen=True):
    """The topics of one run. `prefix` is opaque to the SDK; the platform's own is ``<stage>/<isy-key>/<worker>``."""

    prefix: str
    worker: str
    user: str = ""

    @property
    def up(self) -> str:
        return f"{self.prefix}/ns"

    @property
    def isy(self) -> str:
        return f"{self.prefix}/isy"

    @property
    def down(self) -> str:
        return f"{self.prefix}/ns/{self.worker}"

    @property
    def logs(self) -> str:
        return f"{self.prefix}/frontend/{self.user}/logs/{self.worker}"


# --- lanes --------------------------------------------------------------------------------------------------------

HOT_KEYS = frozenset({"status", "connected", "ack", "beat", "webhookResponse"})
"""Keys of :class:`Upstream` that carry no `seq`: replaced by what comes next, or answered otherwise."""
ENVELOPE_KEYS = frozenset({"userId", "topic", "profileNum", "id", "seq"})


def is_durable(message: Mapping[str, Any]) -> bool:
    """Whether a frame to ``<prefix>/ns`` or ``<prefix>/isy`` goes on the durable lane, and so carries a `seq`."""
    keys: Set[str] = set(message) - HOT_KEYS - ENVELOPE_KEYS
    if keys == {"batch"}:
        batch = message["batch"]
        return bool(batch.get("addnode") or batch.get("removenode"))
    return bool(keys)


# --- encode and decode --------------------------------------------------------------------------------------------

M = TypeVar("M", bound=Struct)
_encoder = msgspec.json.Encoder()
_decoders: Dict[Type[Struct], "msgspec.json.Decoder[Any]"] = {}


def encode(message: Any) -> bytes:
    """A message, or a plain dict of JSON types, as one frame.

    Raises:
        WireError: it holds what JSON cannot say, or is longer than :data:`MAX_FRAME`.
    """
    try:
        payload = _encoder.encode(message)
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(f"cannot be sent as JSON: {error}") from error
    if len(payload) > MAX_FRAME:
        raise WireError(f"is {len(payload)} bytes long; at most {MAX_FRAME} go into one message")
    return payload


def to_dict(message: Struct) -> Dict[str, Any]:
    """A message as plain JSON types."""
    return msgspec.to_builtins(message)  # type: ignore[no-any-return]


def decode(payload: Union[bytes, bytearray], kind: Type[M]) -> M:
    """One frame as `kind`.

    Raises:
        WireError: it is too long, not JSON, or breaks a bound; the text names the place.
    """
    if len(payload) > MAX_FRAME:
        raise WireError(f"message of {len(payload)} bytes; at most {MAX_FRAME} are taken")
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        return decoder.decode(payload)  # type: ignore[no-any-return]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(str(error)) from error


def decode_upstream(payload: Union[bytes, bytearray]) -> Tuple[Upstream, List[str]]:
    """One frame from a run, and the reasons for what in it was refused.

    One wrong entry of a batch, or one wrong key, is left out and named; the rest of the frame stands.

    Raises:
        WireError: nothing of the frame can be used.
    """
    try:
        return decode(payload, Upstream), []
    except WireError:
        return _salvage(payload)


def _salvage(payload: Union[bytes, bytearray]) -> Tuple[Upstream, List[str]]:
    try:
        frame = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"not JSON: {error}") from error
    if len(payload) > MAX_FRAME or not isinstance(frame, dict):
        raise WireError("not a JSON object within the size that is taken")
    refused: List[str] = []
    kept: Dict[str, Any] = {}
    for key, body in frame.items():
        if key == "batch" and isinstance(body, dict):
            kept[key] = _salvage_batch(body, refused)
        elif _converts({key: body}, Upstream, key, refused):
            kept[key] = body
    return msgspec.convert(kept, Upstream), refused


def _salvage_batch(batch: Dict[str, Any], refused: List[str]) -> Dict[str, List[Any]]:
    kept: Dict[str, List[Any]] = {}
    for kind, entries in batch.items():
        if kind not in Batch.__struct_fields__:
            continue
        if not isinstance(entries, list):
            refused.append(f"batch.{kind}: expected a list")
            continue
        if len(entries) > MAX_BATCH:
            refused.append(f"batch.{kind}: only the first {MAX_BATCH} of {len(entries)} are taken")
        kept[kind] = [
            entry
            for index, entry in enumerate(entries[:MAX_BATCH])
            if _converts({kind: [entry]}, Batch, f"batch.{kind}[{index}]", refused)
        ]
    return kept


def _converts(value: Dict[str, Any], kind: Type[Struct], where: str, refused: List[str]) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        refused.append(f"{where}: {error}")
        return False
    return True
