"""What a run is told of itself: at its start (`init`), and whenever that changes (`config`)."""

from typing import Any, Dict, List, Optional, Union

from msgspec import field

from .base import DriverValue, Message


class NodeRecord(Message, omit_defaults=False):
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


class NetInfo(Message, omit_defaults=False):
    """Where the world reaches this NodeServer; `httpsIngress` is false where it cannot."""

    publicIp: str = ""
    publicDns: str = ""
    publicPort: int = 0
    httpsIngress: Union[bool, str] = False
    webhookUrl: Union[bool, str] = False


class Revisions(Message, omit_defaults=False):
    """Counters that grow with each change of the saved maps.

    `seq` is the last frame of the run's durable lane that the maps beside it hold; None in what does not say so.
    """

    params: int = 0
    notices: int = 0
    data: int = 0
    seq: Optional[int] = None


class Init(Message, omit_defaults=False):
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
