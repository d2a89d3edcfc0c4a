"""Notices as the owner sees them: those of the NodeServer, and the platform's own, which nobody else can write."""

from pgc.nodeservers.notices import PARKED, shown
from pgc.storage.records import Parked

WHY = Parked(time=0, reason="it <crashed>", hint="mend & start", lines=("<script>", "KeyError: 'x'"))


def test_without_a_word_of_the_platform_they_are_the_nodeservers_own() -> None:
    assert shown({"a": "<b>x</b>"}, None) == {"a": "<b>x</b>"}


def test_what_is_parked_has_a_notice_in_which_all_is_text() -> None:
    notice = shown({"a": "x"}, WHY)[PARKED]
    assert "it &lt;crashed&gt;" in notice
    assert "mend &amp; start" in notice
    assert "<pre>&lt;script&gt;\nKeyError: &#x27;x&#x27;</pre>" in notice


def test_nobody_else_speaks_with_the_platforms_keys() -> None:
    own = {PARKED: "call 555", "platform:other": "y", "mine": "x"}
    assert shown(own, None) == {"mine": "x"}
    assert "555" not in shown(own, WHY)[PARKED]
