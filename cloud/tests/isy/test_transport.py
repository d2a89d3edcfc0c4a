"""Faults on the way: off, slow, a connection that breaks, a certificate of its own."""

import asyncio
import datetime
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pgc.isy.client import IsyClient, IsyLogin
from pgc.isy.errors import IsyUnreachable
from pgc.isy.transport import AT_ONCE, TRIES

from .conftest import PASSWORD, USER, HeldIsy


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def client_of_an_isy_that_is_off(free_port: int) -> AsyncIterator[IsyClient]:
    client = IsyClient(IsyLogin(f"http://127.0.0.1:{free_port}", USER, PASSWORD))
    await client.start()
    yield client
    await client.stop()


async def test_off(client_of_an_isy_that_is_off: IsyClient) -> None:
    with pytest.raises(IsyUnreachable, match="cannot connect to the ISY at http://127") as unreachable:
        await client_of_an_isy_that_is_off.report_status(3, "ctl", "ST", "1", "2")
    assert not unreachable.value.maybe_done


async def test_a_command_is_tried_again_while_it_cannot_have_arrived(
    client_of_an_isy_that_is_off: IsyClient, free_port: int
) -> None:
    isy = HeldIsy(port=free_port)
    command = asyncio.create_task(client_of_an_isy_that_is_off.report_command(3, "ctl", "DON"))
    try:
        await asyncio.sleep(0)  # the first try is on its way to a port where nobody listens
        await isy.start()
        assert (await command).ok
        assert isy.count("/cmd/DON") == 1
    finally:
        await isy.stop()


async def test_slow_status_is_tried_three_times(isy: HeldIsy, impatient_client: IsyClient) -> None:
    isy.gate.clear()
    with pytest.raises(IsyUnreachable, match=r"did not answer within 0\.1 s") as unreachable:
        await impatient_client.report_status(3, "ctl", "ST", "1", "2")
    assert unreachable.value.maybe_done
    assert isy.count("/status/") == TRIES


async def test_a_command_is_never_repeated_after_a_time_out(isy: HeldIsy, impatient_client: IsyClient) -> None:
    isy.gate.clear()
    with pytest.raises(IsyUnreachable) as unreachable:
        await impatient_client.report_command(3, "ctl", "DON")
    assert unreachable.value.maybe_done
    assert isy.count("/cmd/DON") == 1


async def test_status_goes_again_when_the_connection_breaks_after_it_was_applied(
    isy: HeldIsy, client: IsyClient
) -> None:
    isy.drop_after_applying("/status/", times=2)
    assert (await client.report_status(3, "ctl", "ST", "1", "2")).ok
    assert isy.count("/status/") == 3


async def test_a_command_does_not_go_again_when_the_connection_breaks_after_it_was_applied(
    isy: HeldIsy, client: IsyClient
) -> None:
    await client.report_status(3, "ctl", "ST", "1", "2")  # a kept-alive connection: aiohttp itself would try again
    isy.drop_after_applying("/cmd/")
    with pytest.raises(IsyUnreachable, match="broke"):
        await client.report_command(3, "ctl", "DON")
    assert isy.count("/cmd/DON") == 1


async def test_500_is_an_answer_and_not_tried_again(isy: HeldIsy, client: IsyClient) -> None:
    isy.fail("/status/", 500)
    assert (await client.report_status(3, "ctl", "ST", "1", "2")).status == 500
    assert isy.count("/status/") == 1


async def test_at_most_four_at_once_over_kept_alive_connections(isy: HeldIsy, client: IsyClient) -> None:
    isy.gate.clear()
    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(client.report_status(3, "ctl", f"GV{number}", "1", "2"))
        await isy.until(lambda: isy.waiting == AT_ONCE)
        isy.gate.set()
    assert len(isy.statuses) == 20
    assert isy.most_waiting == AT_ONCE == 4
    assert len(isy.connections) == AT_ONCE


async def test_a_redirect_does_not_carry_the_login_away(isy: HeldIsy, client: IsyClient) -> None:
    isy.fail("/remove", 302)
    assert (await client.remove_node(3, "ctl")).status == 302
    assert isy.count("/elsewhere") == 0


@pytest.fixture
async def isy_with_its_own_certificate(tmp_path: Path) -> AsyncIterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path / "isy.pem"))

    async def answer(request: web.BaseRequest) -> web.Response:
        return web.Response()

    runner = web.ServerRunner(web.Server(answer, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize("verify", [True, False])
async def test_a_certificate_that_nobody_vouches_for(isy_with_its_own_certificate: str, verify: bool) -> None:
    client = IsyClient(IsyLogin(isy_with_its_own_certificate, USER, PASSWORD), verify_tls=verify)
    await client.start()
    try:
        if verify:
            with pytest.raises(IsyUnreachable, match="is not trusted"):
                await client.remove_node(3, "ctl")
        else:
            assert (await client.remove_node(3, "ctl")).ok
    finally:
        await client.stop()


def _self_signed(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "eisy")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8, plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(pem, pkcs8, plain) + certificate.public_bytes(pem))
    return path
