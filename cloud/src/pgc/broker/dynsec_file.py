"""The dynamic-security plugin's own file, as the platform lays it before it starts mosquitto.

Logins of runs that may go on are kept, but disabled until the platform has found their run again. Those that are
still disabled from the time before belong to nobody.
"""

import base64
import hashlib
import logging
import secrets
from pathlib import Path
from typing import Any, Final

import msgspec

from pgc.broker.dynsec import TOPIC
from pgc.secrets.files import replace

ADMIN: Final = "admin"
_ITERATIONS: Final = 101
"""The plugin's own choice. The secrets are random, so that there is nothing to guess."""
_KINDS: Final = ("publishClientSend", "publishClientReceive", "subscribePattern", "unsubscribePattern")
logger = logging.getLogger(__name__)


def lay(path: Path, admin_secret: str) -> None:
    """Writes the file anew, with this secret for the login `admin`, and nothing allowed that is not said."""
    kept = [_disabled(client) for client in _clients(path) if not client.get("disabled")]
    names = {client["username"] for client in kept}
    admin = {"username": ADMIN, **_proof(admin_secret), "roles": [{"rolename": ADMIN}]}
    content = {
        "clients": [admin, *kept],
        "roles": [_admin_role(), *(role for role in _read(path, "roles") if role.get("rolename") in names)],
        "defaultACLAccess": dict.fromkeys(
            ("publishClientSend", "publishClientReceive", "subscribe", "unsubscribe"), False
        ),
    }
    replace(path, msgspec.json.encode(content))


def _clients(path: Path) -> list[dict[str, Any]]:
    return [client for client in _read(path, "clients") if client.get("username", ADMIN) != ADMIN]


def _read(path: Path, part: str) -> list[dict[str, Any]]:
    try:
        return list(msgspec.json.decode(path.read_bytes(), type=dict[str, Any]).get(part, []))
    except FileNotFoundError:
        return []
    except (msgspec.MsgspecError, TypeError) as error:
        logger.error("The broker's logins in %s cannot be read, so runs of before cannot connect: %s", path, error)
        return []


def _disabled(client: dict[str, Any]) -> dict[str, Any]:
    return {**client, "disabled": True}


def _proof(secret: str) -> dict[str, Any]:
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, _ITERATIONS)
    encoded = {"password": base64.b64encode(digest).decode(), "salt": base64.b64encode(salt).decode()}
    return {**encoded, "iterations": _ITERATIONS}


def _admin_role() -> dict[str, Any]:
    topic = f"{TOPIC.rpartition('/')[0]}/#"
    return {"rolename": ADMIN, "acls": [{"acltype": kind, "topic": topic, "allow": True} for kind in _KINDS]}
