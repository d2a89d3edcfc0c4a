"""Logins through mosquitto's dynamic-security plugin, over MQTT: each with a role of its own, the rule `<prefix>/#`.

Each order is a connection of its own, so there is none to keep: orders are as rare as starts and stops of runs.
"""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import aiomqtt
import msgspec

from pgc.broker.access import Login
from pgc.broker.address import Address
from pgc.broker.errors import BrokerError
from pgc.broker.mqtt_client import connected, is_refusal

TOPIC: Final = "$CONTROL/dynamic-security/v1"
ORDER_SECONDS: Final = 10.0
"""For one order, tries to reach a broker that is just being started again among them."""
_TRY_SECONDS: Final = 5.0
_PAUSE: Final = 0.1
_EXISTS, _MISSING = "already exists", "not found"

_quiet = logging.getLogger(f"{__name__}.mqtt")
_quiet.setLevel(logging.ERROR)
"""aiomqtt warns of each try that fails."""

Command = dict[str, Any]


class _Response(msgspec.Struct):
    command: str = ""
    error: str = ""
    correlation: str = msgspec.field(default="", name="correlationData")


class _Responses(msgspec.Struct):
    responses: list[_Response] = []


class DynamicSecurity:
    """`name` and `secret` are those of a login that may write and read `$CONTROL/dynamic-security/#`."""

    def __init__(self, address: Address, name: str, secret: str) -> None:
        self._address = address
        self._name = name
        self._secret = secret

    async def check(self) -> None:
        """
        Raises:
            BrokerError: there is no broker, or none with this plugin and login; the text says which.
        """
        await self._order({"command": "getDefaultACLAccess"})

    async def allow(self, login: Login, secret: str) -> None:
        """Makes a login, or gives one that is there this secret and prefix.

        Raises:
            BrokerError: the broker does not do it.
        """
        role = {"command": "createRole", "rolename": login.name, "acls": list(_rules(login.prefix))}
        client = {"command": "createClient", "username": login.name, "password": secret, "clientid": login.name}
        roles = {"roles": [{"rolename": login.name}]}
        made = await self._order(role, {**client, **roles}, may_fail=_EXISTS)
        if any(made):
            role, client = {**role, "command": "modifyRole"}, {**client, "command": "modifyClient"}
            await self._order(role, {**client, **roles}, {"command": "enableClient", "username": login.name})

    async def enable(self, name: str) -> None:
        """Lets a login in again that was disabled.

        Raises:
            BrokerError: there is none.
        """
        await self._order({"command": "enableClient", "username": name})

    async def revoke(self, name: str) -> None:
        """Removes a login, which closes its connection without its will, and makes sure that it is gone.

        Raises:
            BrokerError: the broker does not confirm it.
        """
        client = {"command": "deleteClient", "username": name}
        await self._order(client, {"command": "deleteRole", "rolename": name}, may_fail=_MISSING)
        gone = await self._order({"command": "getClient", "username": name}, may_fail=_MISSING)
        if not all(gone):
            raise BrokerError(f"the broker still knows the login {name}")

    async def _order(self, *commands: Command, may_fail: str = "") -> list[str]:
        """What the broker said to each command, empty where it did it."""
        reason = "no answer"
        with suppress(TimeoutError):
            async with asyncio.timeout(ORDER_SECONDS):
                while True:
                    try:
                        return _checked(await self._talk(commands), may_fail)
                    except (aiomqtt.MqttError, OSError) as error:
                        reason = str(error)
                    await asyncio.sleep(_PAUSE)
        raise BrokerError(
            f"the broker at {self._address.url} does not take orders: {reason}",
            hint="it needs mosquitto's dynamic-security plugin, and a login with the role admin; see docs/brokers.md",
        )

    async def _talk(self, commands: Sequence[Command]) -> list[_Response]:
        mark = secrets.token_hex(8)
        order = {"commands": [{**command, "correlationData": mark} for command in commands]}
        async with connected(self._new_client()) as client:
            if any(is_refusal(code) for code in await client.subscribe(f"{TOPIC}/response", qos=1)):
                raise BrokerError(
                    f"the login {self._name} may not manage logins of the broker", hint="see docs/brokers.md"
                )
            await client.publish(TOPIC, msgspec.json.encode(order), qos=1)
            async with asyncio.timeout(_TRY_SECONDS):
                async for message in client.messages:
                    if heard := [each for each in _read(bytes(message.payload)) if each.correlation == mark]:
                        return heard
        raise aiomqtt.MqttError("the connection ended before the answer")

    def _new_client(self) -> aiomqtt.Client:
        return aiomqtt.Client(
            **self._address.client_options(),
            identifier=f"{self._name}-{secrets.token_hex(8)}",
            username=self._name,
            password=self._secret,
            timeout=_TRY_SECONDS,
            logger=_quiet,
        )


def _rules(prefix: str) -> list[Command]:
    """``prefix/#`` alone would match the prefix itself as well."""
    kinds = ("publishClientSend", "publishClientReceive", "subscribePattern", "unsubscribePattern")
    below = [{"acltype": kind, "topic": f"{prefix}/#", "allow": True} for kind in kinds]
    return [{"acltype": "publishClientSend", "topic": prefix, "allow": False, "priority": 1}, *below]


def _read(payload: bytes) -> list[_Response]:
    try:
        return msgspec.json.decode(payload, type=_Responses).responses
    except msgspec.MsgspecError as error:
        raise BrokerError(f"the broker answers an order oddly: {error}") from error


def _checked(responses: Sequence[_Response], may_fail: str) -> list[str]:
    for response in responses:
        if response.error and (not may_fail or may_fail not in response.error.lower()):
            raise BrokerError(f"the broker refuses {response.command}: {response.error}")
    return [response.error for response in responses]
