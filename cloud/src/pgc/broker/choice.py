"""Which broker the platform uses, by its setting: the best that is installed, a certain one, or one at a URL."""

import logging
from collections.abc import Callable

from pgc.broker.address import Address
from pgc.broker.contract import Broker
from pgc.broker.embedded import EmbeddedBroker
from pgc.broker.external import ExternalBroker
from pgc.broker.mosquitto import MosquittoBroker
from pgc.broker.mosquitto_files import Installed, TlsListener
from pgc.secrets.authority import Authority
from pgc.settings import Settings

logger = logging.getLogger(__name__)


ON_LOOPBACK = (
    "the broker listens on this machine's loopback, so runs share its network: give the broker another address, or let"
    " the platform run mosquitto"
)


def hosts_for_runs(settings: Settings) -> list[str]:
    """Where runs must get to over the network; nowhere, if the broker is ours: that one they reach by a socket."""
    if "://" not in settings.broker:
        return []
    address = Address.of(settings.broker)
    return [] if address.scheme == "unix" else [address.host]


def choose_broker(settings: Settings, authority: Authority, tell_fault: Callable[[str, str], None]) -> Broker:
    """
    Raises:
        BrokerError: what is set is no broker.
    """
    kind = settings.broker
    if kind == "auto":
        kind = "mosquitto" if Installed.find() else "embedded"
    logger.info("The broker is: %s", kind if "://" not in kind else "external")
    match kind:
        case "embedded":
            return EmbeddedBroker(socket=settings.broker_socket, tell_fault=tell_fault)
        case "mosquitto":
            tls = _tls_listener(settings, authority) if settings.broker_tls_port else None
            folder = settings.data_folder / "broker"
            return MosquittoBroker(folder, settings.broker_socket, tls=tls, tell_fault=tell_fault)
        case url:
            return ExternalBroker(url, settings.broker_ca)


def _tls_listener(settings: Settings, authority: Authority) -> TlsListener:
    names = settings.broker_tls_names or [settings.broker_tls_host]
    host, port = settings.broker_tls_host, settings.broker_tls_port
    return TlsListener(host, port, authority.certificate, authority.for_server(names))
