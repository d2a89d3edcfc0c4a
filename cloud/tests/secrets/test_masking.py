"""What is secret is not read, however it is written; what only looks like it stays."""

import hashlib
import json
import secrets
from urllib.parse import quote, quote_plus

import pytest

from pgc.secrets.masking import MOST, Masks, without_logins
from pgc.workers.logs import clean


def test_a_secret_is_masked_wherever_it_stands() -> None:
    masks = Masks(["hunter22"])
    assert masks("hunter22, xhunter22x and {'k': 'hunter22'}") == "***, x***x and {'k': '***'}"
    assert masks("nothing of the kind: hunter2") == "nothing of the kind: hunter2"


def test_without_secrets_nothing_is_masked() -> None:
    assert Masks()("all of it") == "all of it"


def test_one_that_is_known_later_is_masked_from_then_on() -> None:
    masks = Masks(["first-one"])
    assert masks("first-one second-one") == "*** second-one"
    assert masks("second-one") == "second-one"
    masks.hide("second-one")
    assert masks("second-one") == "***"
    assert masks("first-one second-one") == "*** ***"


def test_the_longer_of_two_goes_first() -> None:
    assert Masks(["secret", "secret-and-more"])("secret-and-more secret") == "*** ***"


@pytest.mark.parametrize("secret", ["p&ss wörd/1", 'with "quotes" \\ and more', "it's", "новый пароль"])
def test_a_secret_is_known_as_others_write_it(secret: str) -> None:
    masks = Masks([secret])
    for written in (quote(secret, safe=""), quote_plus(secret), json.dumps({"x": secret}), repr([secret])):
        masked = masks(f"<{written}>")
        assert "***" in masked
        assert secret not in masked
        assert len(masked) < len(written) + 2


def test_each_line_of_a_secret_is_one() -> None:
    masks = Masks(["-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----\n"])
    assert masks("it is MIIEvQIBADANBg") == "it is ***"


def test_short_ones_are_masked_as_words_only_and_the_shortest_not_at_all() -> None:
    masks = Masks(["4711", "abc", ""])
    assert masks("pin 4711, at 47110 and x4711; abc") == "pin ***, at 47110 and x4711; abc"


@pytest.mark.parametrize("word", ["true", "False", "None", "null"])
def test_what_is_no_secret_at_all_is_not_masked(word: str) -> None:
    assert Masks([word])(f"it is {word}") == f"it is {word}"


def test_the_oldest_are_forgotten_and_those_in_use_are_not() -> None:
    masks = Masks(["in-daily-use", "forgotten"])
    for number in range(MOST - 1):
        masks.hide(f"token-number-{number:05}", "in-daily-use")
    assert masks("in-daily-use forgotten token-number-00000") == "*** forgotten ***"


def test_what_a_nodeserver_saves_makes_the_platform_forget_nothing() -> None:
    masks = Masks(["of-the-platform"])
    for number in range(2 * MOST):
        masks.hide_saved(f"{number}:" + "x" * 1000)
    assert masks("of-the-platform") == "***"
    assert masks(f"{2 * MOST - 1}:" + "x" * 1000) == "***"


def test_a_word_that_is_too_short_to_be_masked_hides_no_longer_secret() -> None:
    assert Masks(["4711", "11hunter22"])("x4711hunter22") == "x47***"


@pytest.mark.parametrize("text", ["\ud800 hunter22", "👩\u200d🔧 hunter22 ñ hunter22", "hunter22" * 1000])
def test_no_text_is_too_odd(text: str) -> None:
    assert "hunter22" not in Masks(["hunter22", "\ud800odd"])(clean(text, 20_000))


def test_a_secret_of_which_only_the_hash_is_known_is_masked_too() -> None:
    secret, other = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    masks = Masks()
    masks.hide_hashed(hashlib.sha256(secret.encode()).hexdigest())
    assert masks(f"it is '{secret}', not {other}") == f"it is '***', not {other}"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:secret@index.example/simple", "https://***@index.example/simple"),
        ("https://token@host and ssh://git@host/x", "https://***@host and ssh://***@host/x"),
        ("mqtt://run-1:p%40ss@127.0.0.1:1883", "mqtt://***@127.0.0.1:1883"),
        ("https://example.org/a@b and me@example.org", "https://example.org/a@b and me@example.org"),
    ],
)
def test_logins_in_urls_are_masked(url: str, shown: str) -> None:
    assert without_logins(url) == shown
    assert Masks()(url) == shown
