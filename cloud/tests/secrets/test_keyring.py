"""What is sealed opens only where it belongs, and only with the ring that sealed it."""

from pathlib import Path

import pytest

from pgc.secrets.errors import SecretError
from pgc.secrets.keyring import Keyring


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.load(tmp_path / "keyring.json")


def test_opens_what_it_sealed_after_a_restart(tmp_path: Path, keyring: Keyring) -> None:
    sealed = keyring.seal("isys/1/password", b"hunter2")
    assert b"hunter2" not in sealed
    assert Keyring.load(tmp_path / "keyring.json").open("isys/1/password", sealed) == b"hunter2"


def test_a_value_moved_to_another_row_does_not_open(keyring: Keyring) -> None:
    sealed = keyring.seal("isys/1/password", b"hunter2")
    with pytest.raises(SecretError, match="isys/2/password"):
        keyring.open("isys/2/password", sealed)


def test_an_altered_value_does_not_open(keyring: Keyring) -> None:
    sealed = bytearray(keyring.seal("isys/1/password", b"hunter2"))
    sealed[-1] ^= 1
    with pytest.raises(SecretError, match="damaged"):
        keyring.open("isys/1/password", bytes(sealed))


def test_another_ring_says_that_the_key_is_missing(tmp_path: Path, keyring: Keyring) -> None:
    other = Keyring.load(tmp_path / "other.json")
    with pytest.raises(SecretError, match="not in the keyring"):
        other.open("isys/1/password", keyring.seal("isys/1/password", b"hunter2"))


def test_the_file_is_for_its_owner_only(tmp_path: Path, keyring: Keyring) -> None:
    path = tmp_path / "keyring.json"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(SecretError, match="other users"):
        Keyring.load(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"zz": "x"}'])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(SecretError, match="damaged"):
        Keyring.load(path)
