"""The platform's own certificate authority: it signs what the broker shows to its clients, and they to it.

Key and certificate lie in one file beside the keyring. There is one authority at a time: once it is replaced,
nothing that the former one signed is trusted any more.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pgc.secrets.errors import SecretError
from pgc.secrets.files import replace, write_new

FILE: Final = "authority.pem"
AUTHORITY_TIME: Final = timedelta(days=10 * 365)
SIGNED_TIME: Final = timedelta(days=2 * 365)
"""Of what is signed. It is made anew at each start, and a client's is worth nothing without its login."""
_SLOW_CLOCKS: Final = timedelta(days=1)
_DAMAGED: Final = "restore it from a backup, or make a new one: pgc ca rotate"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


class Authority:
    """Signs certificates for servers and clients. They hold elliptic keys (P-256), which TLS 1.2 knows as well."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._key = key
        self._certificate = certificate

    @classmethod
    def load(cls, path: Path) -> Self:
        """The authority in this file, made (mode 0600) if there is none.

        Raises:
            SecretError: others may read the file, or it is damaged or out of date.
        """
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return cls._create(path)
        if path.stat().st_mode & 0o077:
            raise SecretError(f"the certificate authority {path} can be read by other users", hint=f"chmod 600 {path}")
        try:
            key = load_pem_private_key(content, None)
            certificate = x509.load_pem_x509_certificate(content)
        except ValueError as error:
            raise SecretError(f"the certificate authority {path} is damaged: {error}", hint=_DAMAGED) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise SecretError(f"the certificate authority {path} is damaged: it holds another's key", hint=_DAMAGED)
        if certificate.not_valid_after_utc < datetime.now(UTC) + SIGNED_TIME:
            raise SecretError(f"the certificate authority {path} is near its end", hint="pgc ca rotate")
        return cls(key, certificate)

    @classmethod
    def rotate(cls, path: Path) -> Self:
        """Replaces the authority in this file by a new one; it may be missing or damaged."""
        authority = cls._new()
        replace(path, authority._pem())
        return authority

    @property
    def certificate(self) -> bytes:
        """PEM: what whoever trusts this authority needs."""
        return self._certificate.public_bytes(Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, hex."""
        return self._certificate.fingerprint(hashes.SHA256()).hex()

    def for_server(self, names: Sequence[str]) -> Credentials:
        """For a server under these host names and addresses."""
        alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
        return self._sign(names[0], ExtendedKeyUsageOID.SERVER_AUTH, alternatives)

    def for_client(self, login: str) -> Credentials:
        """For the client of this login, which is the certificate's common name."""
        return self._sign(login, ExtendedKeyUsageOID.CLIENT_AUTH)

    @classmethod
    def _create(cls, path: Path) -> Self:
        authority = cls._new()
        write_new(path, authority._pem())
        return authority

    @classmethod
    def _new(cls) -> Self:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Polyglot Cloud")
        builder = _builder(name, name, key, AUTHORITY_TIME)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
        return cls(key, builder.sign(key, hashes.SHA256()))

    def _sign(self, common: str, purpose: x509.ObjectIdentifier, *more: x509.ExtensionType) -> Credentials:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(common), self._certificate.subject, key, SIGNED_TIME)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        for extension in (issuer, x509.ExtendedKeyUsage([purpose]), *more):
            builder = builder.add_extension(extension, critical=False)
        return Credentials(builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM), _key_pem(key))

    def _pem(self) -> bytes:
        return _key_pem(self._key) + self.certificate


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lasts: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLOW_CLOCKS)
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
