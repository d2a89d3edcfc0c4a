from pathlib import Path

from pgc.bundles.heard import KEPT_LINES, LINE_LENGTH, LONGEST_REASON, SHOWN_LINES, Heard


def hear(*lines: str) -> tuple[Heard, list[str]]:
    said: list[str] = []
    heard = Heard(said.append, Path("/store/.draft-1/work"))
    for line in lines:
        heard(line)
    return heard, said


def test_the_reason_is_the_error_with_its_causes() -> None:
    heard, said = hear(
        "Using CPython 3.11",
        "error: an earlier one",
        "error: Failed to build `spy @ file:///store/.draft-1/work/spy`",
        "  cause: The build backend returned an error",
        "         [stderr]",
        "         no compiler",
        "         ^^^^",
        "",
        "hint: install one",
    )
    assert heard.reason(1) == "Failed to build `spy @ ./spy`: The build backend returned an error [stderr] no compiler"
    assert heard.hint() == "install one"
    assert len(said) == 7


def test_without_an_error_the_last_lines_are_the_reason() -> None:
    heard, _ = hear(*(str(number) for number in range(10)))
    assert heard.reason(1) == "5 6 7 8 9"


def test_without_a_word_the_code_is_the_reason() -> None:
    heard, _ = hear()
    assert (heard.reason(-9), heard.hint()) == ("it ended with code -9", "")


def test_what_is_said_and_kept_is_bounded() -> None:
    lines = ["error: " + "a" * 10_000, *["b" * 10_000] * (KEPT_LINES - 1)]
    heard, said = hear(*["x"] * 2 * SHOWN_LINES, *lines)
    assert len(said) == SHOWN_LINES
    assert LONGEST_REASON <= len(heard.reason(1)) < LONGEST_REASON + LINE_LENGTH
    assert heard.reason(1).startswith("aaa")
    assert heard.reason(1).endswith("bbb")
