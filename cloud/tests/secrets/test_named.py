"""Which values are secrets, by their names."""

import pytest

from pgc.secrets.named import MOST_VALUES, says_secret, secret_values


@pytest.mark.parametrize(
    "name",
    [
        *("password", "Passwort_passwd", "userPassword", "PIN", "pin", "door_pin", "doorPin", "api_key", "apiKey"),
        *("APIKEY", "appkey", "Key", "clientSecret", "client_secret", "access_token", "refreshToken", "pwd", "pass"),
        *("credentials", "Secret Key", "tokens", "passphrase", "wifi pass"),
    ],
)
def test_it_says_secret(name: str) -> None:
    assert says_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        *("keypad", "keyboard", "spin", "pinned", "shipping", "passive", "bypass_zone", "location", "user"),
        *("token_type", "tokenExpires", "expires_in", "token_url", "keyName", "password_expires_at", ""),
    ],
)
def test_it_does_not(name: str) -> None:
    assert not says_secret(name)


def test_values_are_found_at_any_depth() -> None:
    saved = {
        "units": "metric",
        "token": {"access_token": "aaaaaa", "token_type": "bearer", "expires_in": 3600},
        "accounts": [{"name": "me", "password": "bbbbbb"}, {"name": "you", "password": ["cccccc", 123456]}],
        "use_token": True,
        "secret": None,
    }
    assert sorted(secret_values(saved)) == ["123456", "aaaaaa", "bbbbbb", "cccccc"]


def test_a_map_of_strangers_is_searched_no_longer_than_it_may() -> None:
    found = list(secret_values({"keys": ["x" * 10] * (10 * MOST_VALUES)}))
    assert 0 < len(found) < MOST_VALUES
