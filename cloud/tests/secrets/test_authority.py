"""The authority lasts over restarts, what it signs is believed by TLS, and after a rotation no more."""

import socket
import ssl
import threading
from pathlib import Path

import pytest

from pgc.secrets.authority import Authority, Credentials
from pgc.secrets.errors import SecretError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "authority.pem"


@pytest.fixture
def authority(file: Path) -> Authority:
    return Authority.load(file)


class Handshake:
    """One TLS handshake, in which both sides show a certificate."""

    def __init__(self, folder: Path, server: Credentials, client: Credentials, trusted: bytes) -> None:
        self._server = self._context(folder, ssl.PROTOCOL_TLS_SERVER, server, trusted)
        self._client = self._context(folder, ssl.PROTOCOL_TLS_CLIENT, client, trusted)

    def meet(self, host: str) -> str:
        """The common name that the server saw."""
        seen: list[str] = []
        near, far = socket.socketpair()
        near.settimeout(10)
        far.settimeout(10)
        serving = threading.Thread(target=self._serve, args=(far, seen))
        serving.start()
        try:
            with self._client.wrap_socket(near, server_hostname=host) as connection:
                connection.recv(1)
        finally:
            near.close()
            serving.join(10)
        return seen[0]

    def _serve(self, far: socket.socket, seen: list[str]) -> None:
        try:
            with self._server.wrap_socket(far, server_side=True) as connection:
                seen.append(dict(part[0] for part in connection.getpeercert()["subject"])["commonName"])
                connection.send(b"x")
        except OSError:
            far.close()

    def _context(self, folder: Path, protocol: int, shown: Credentials, trusted: bytes) -> ssl.SSLContext:
        context = ssl.SSLContext(protocol)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=trusted.decode())
        pem = folder / "credentials.pem"
        pem.write_bytes(shown.certificate + shown.key)
        context.load_cert_chain(pem)
        return context


def test_it_is_for_the_platforms_eyes_only_and_stays_the_same(file: Path, authority: Authority) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert Authority.load(file).fingerprint == authority.fingerprint


@pytest.mark.parametrize("host", ["broker.example", "127.0.0.1"])
def test_tls_believes_what_it_signed(tmp_path: Path, authority: Authority, host: str) -> None:
    server = authority.for_server(["broker.example", "127.0.0.1"])
    handshake = Handshake(tmp_path, server, authority.for_client("run-1"), authority.certificate)
    assert handshake.meet(host) == "run-1"


def test_another_host_name_is_not_believed(tmp_path: Path, authority: Authority) -> None:
    handshake = Handshake(tmp_path, authority.for_server(["a"]), authority.for_client("x"), authority.certificate)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake.meet("b")


def test_a_client_cannot_pass_for_the_server(tmp_path: Path, authority: Authority) -> None:
    client = authority.for_client("a")
    with pytest.raises(ssl.SSLCertVerificationError, match="purpose"):
        Handshake(tmp_path, client, client, authority.certificate).meet("a")


def test_after_a_rotation_nothing_of_before_is_believed(tmp_path: Path, file: Path, authority: Authority) -> None:
    old = authority.for_server(["a"]), authority.for_client("x")
    new = Authority.rotate(file)
    assert Authority.load(file).fingerprint == new.fingerprint != authority.fingerprint
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    with pytest.raises(ssl.SSLError):
        Handshake(tmp_path, *old, new.certificate).meet("a")


def test_a_file_that_others_can_read_is_refused(file: Path, authority: Authority) -> None:
    file.chmod(0o640)
    with pytest.raises(SecretError, match="can be read by other users"):
        Authority.load(file)


def test_a_damaged_file_says_what_to_do(tmp_path: Path, file: Path, authority: Authority) -> None:
    other = tmp_path / "other.pem"
    Authority.load(other)
    key = file.read_bytes().split(b"-----BEGIN CERT")[0]
    certificate = b"-----BEGIN CERT" + other.read_bytes().split(b"-----BEGIN CERT")[1]
    for content in (b"", key, key + certificate):
        file.write_bytes(content)
        with pytest.raises(SecretError, match="damaged") as caught:
            Authority.load(file)
        assert "pgc ca rotate" in caught.value.hint
    Authority.rotate(file)
    Authority.load(file)


def test_keys_do_not_show_when_printed(authority: Authority) -> None:
    assert "PRIVATE" not in repr(authority.for_client("run-1"))
