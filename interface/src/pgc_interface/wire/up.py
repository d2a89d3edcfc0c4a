"""Up: from a run to the platform."""

from typing import Any, Dict, List, Optional, Union

from msgspec import Meta

from .base import (
    MAX_BATCH,
    MAX_NOTICES,
    MAX_PROFILE_FILE,
    Address,
    CommandName,
    DriverName,
    DriverValue,
    Key,
    LongText,
    Mapped,
    Message,
    NodeRef,
    Notices,
    Polls,
    Scalar,
    Seconds,
    Text,
)

try:
    from typing import Annotated
except ImportError:  # Python 3.8
    from typing_extensions import Annotated


NoticeList = Annotated[List[LongText], Meta(max_length=MAX_NOTICES)]


class AddNode(Message):
    address: Address
    name: Text
    nodedefid: Annotated[str, Meta(max_length=64)]
    primary: Address
    drivers: Annotated[Dict[DriverName, DriverValue], Meta(max_length=64)] = {}
    isController: bool = False
    hint: Union[Annotated[str, Meta(max_length=16)], Annotated[List[int], Meta(max_length=4)], None] = None


class Status(Message):
    """One driver's value. `n` counts up per driver, so that an older value never replaces a newer one."""

    address: Address
    driver: DriverName
    value: Scalar
    uom: Scalar
    n: Optional[int] = None
    force: bool = False


class ReportCommand(Message):
    """A command that a node sends to the ISY (``report/cmd``)."""

    address: Address
    command: CommandName
    value: Optional[Scalar] = None
    uom: Optional[Scalar] = None


class Batch(Message):
    """Applied in the order of its fields."""

    addnode: Annotated[List[AddNode], Meta(max_length=MAX_BATCH)] = []
    status: Annotated[List[Status], Meta(max_length=MAX_BATCH)] = []
    removenode: Annotated[List[NodeRef], Meta(max_length=MAX_BATCH)] = []


class Patch(Message):
    """Changes to a map that the platform keeps: first `set`, then `unset`. What can be set can be unset."""

    set: Mapped = {}
    unset: Annotated[List[str], Meta(max_length=10_000)] = []


class NoticePatch(Patch):
    """A patch of the notices; those in `seconds` are removed again when so many seconds are over."""

    seconds: Annotated[Dict[Key, Seconds], Meta(max_length=MAX_NOTICES)] = {}


class Notice(Message):
    """Without a key the text stands for itself; with `seconds` it is removed again when these are over."""

    value: LongText
    key: Optional[Key] = None
    seconds: Optional[Seconds] = None


class NoticeRef(Message):
    """A notice by its key, or by its place in their order."""

    key: Union[Key, int]


class Ack(Message):
    mid: Annotated[str, Meta(max_length=64)]


class Beat(Message):
    """What the thread that deals with messages (or with configs) has been in since `since` (Unix seconds), for over
    ten seconds: sent then, each minute while it goes on, and without a `handler` when it has ended."""

    handler: Optional[Text] = None
    since: Optional[float] = None


class WebhookResponse(Message):
    id: Annotated[str, Meta(max_length=64)]
    status: Annotated[int, Meta(ge=100, le=599)] = 200
    headers: Dict[str, str] = {}
    body: str = ""


class Upstream(Message):
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
    notices: Union[Notices, NoticeList, None] = None
    patchparams: Optional[Patch] = None
    patchnotices: Optional[NoticePatch] = None
    patchtyped: Optional[Patch] = None
    customparamsdoc: Optional[LongText] = None
    typedparams: Optional[List[Any]] = None
    typedcustomdata: Optional[Mapped] = None
    addnotice: Union[Notice, LongText, None] = None
    removenotice: Union[NoticeRef, Key, int, None] = None
    polls: Optional[Polls] = None
    installprofile: Optional[Dict[str, Any]] = None
    restart: Optional[Dict[str, Any]] = None
    stop: Optional[Dict[str, Any]] = None
    ack: Optional[Ack] = None
    beat: Optional[Beat] = None
    webhookResponse: Optional[WebhookResponse] = None


class UploadProfile(Message):
    """One file of the profile; `payload` is base64, line breaks allowed."""

    type: Annotated[str, Meta(pattern="^(nodedef|editor|nls)$")]
    filename: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}$")]
    payload: Annotated[str, Meta(max_length=MAX_PROFILE_FILE * 3 // 2)]
    last: bool = False


class ReportResult(Message):
    """How a request of the ISY ended."""

    requestId: Annotated[str, Meta(min_length=1, max_length=64)]
    success: bool


class IsyUpstream(Message):
    userId: Any = None
    topic: Any = None
    profileNum: Any = None
    id: Any = None
    seq: Optional[Annotated[int, Meta(ge=1)]] = None

    uploadProfile: Optional[UploadProfile] = None
    report: Optional[ReportResult] = None
