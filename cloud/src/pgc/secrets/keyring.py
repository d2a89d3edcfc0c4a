"""The keyring: AES-256-GCM keys in a file of their own, newest first in use, older ones kept to open what they sealed.

A sealed value is ``key id (4 bytes) · nonce (12) · ciphertext and tag``. It is bound to the place it belongs to: a
value copied to another row or column does not open.
"""

import json
import secrets
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pgc.secrets.errors import SecretError
from pgc.secrets.files import write_new

_ID, _NONCE = 4, 12


class Keyring:
    """Seals with its newest key, opens with any."""

    def __init__(self, keys: dict[bytes, bytes]) -> None:
        self._keys = keys
        self._newest = next(reversed(keys))

    @classmethod
    def load(cls, path: Path) -> Self:
        """The keyring in this file, made with one fresh key (mode 0600) if there is none.

        Raises:
            SecretError: others may read the file, or it is damaged.
        """
        try:
            text = path.read_text()
        except FileNotFoundError:
            return cls._create(path)
        if path.stat().st_mode & 0o077:
            raise SecretError(f"the keyring {path} can be read by other users", hint=f"chmod 600 {path}")
        try:
            return cls({bytes.fromhex(key): b64decode(value) for key, value in json.loads(text).items()})
        except (ValueError, AttributeError, StopIteration) as error:
            raise SecretError(f"the keyring {path} is damaged: {error}", hint="restore it from a backup") from error

    @classmethod
    def _create(cls, path: Path) -> Self:
        keys = {secrets.token_bytes(_ID): AESGCM.generate_key(bit_length=256)}
        text = json.dumps({key.hex(): b64encode(value).decode() for key, value in keys.items()})
        write_new(path, text.encode())
        return cls(keys)

    def seal(self, place: str, secret: bytes) -> bytes:
        """Encrypts `secret` for `place`, which names its table, row and column."""
        nonce = secrets.token_bytes(_NONCE)
        return self._newest + nonce + AESGCM(self._keys[self._newest]).encrypt(nonce, secret, place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        """What was sealed for `place`.

        Raises:
            SecretError: the key is not in the ring, the value was altered, or belongs to another place.
        """
        key = self._keys.get(sealed[:_ID])
        if key is None:
            raise SecretError(f"the key that sealed {place} is not in the keyring", hint="restore the keyring's file")
        try:
            return AESGCM(key).decrypt(sealed[_ID : _ID + _NONCE], sealed[_ID + _NONCE :], place.encode())
        except InvalidTag as error:
            raise SecretError(f"the stored secret of {place} is damaged or was moved") from error
