import json

import pytest

from pgc.workers.logs import LONGEST_NAME, LONGEST_TEXT, LogEntry, parse
from pgc.workers.runtime import LogLine, Stream


def line(text: str, stream: Stream = Stream.STDERR) -> LogLine:
    return LogLine(number=1, time=1e9, stream=stream, text=text)


def sdk_line(**changes: object) -> LogLine:
    fields = {"time": 1e9 - 1, "level": "ERROR", "logger": "ns", "thread": "Main", "message": "it broke", **changes}
    return line(json.dumps(fields))


def test_what_the_sdk_writes_is_structured() -> None:
    assert parse(sdk_line()) == LogEntry(time=1e9 - 1, level="ERROR", logger="ns", thread="Main", text="it broke")


def test_a_traceback_follows_the_message() -> None:
    assert parse(sdk_line(traceback="Traceback …\n  line")).text == "it broke\nTraceback …\n  line"


@pytest.mark.parametrize(
    ("stream", "level"), [(Stream.STDOUT, "INFO"), (Stream.STDERR, "WARNING"), (Stream.KEEPER, "WARNING")]
)
def test_all_else_is_text(stream: Stream, level: str) -> None:
    assert parse(line("plain", stream)) == LogEntry(1e9, level, stream.value, "", "plain")


@pytest.mark.parametrize("text", ["{", "{}", '{"message": 1, "time": 1}', "[1]", '{"message": "no time"}', "{\udcff"])
def test_what_only_looks_like_it_is_text(text: str) -> None:
    assert parse(line(text)).level == "WARNING"


@pytest.mark.parametrize("nested", ["[" * 8000 + "]" * 8000, "[" * 16_000, '{"a":' * 3000 + "1" + "}" * 3000])
def test_what_is_nested_too_deep_to_be_read_is_text(nested: str) -> None:
    assert parse(line(f'{sdk_line().text[:-1]}, "x": {nested}}}')).logger == "stderr"


def test_structure_is_not_taken_from_stdout() -> None:
    assert parse(line(sdk_line().text, Stream.STDOUT)).text.startswith("{")


@pytest.mark.parametrize("time", [0.0, 1e18, -5])
def test_a_wrong_clock_is_not_believed(time: float) -> None:
    assert parse(sdk_line(time=time)).time == 1e9


def test_a_level_that_nobody_knows_is_info() -> None:
    assert parse(sdk_line(level="LOUD")).level == "INFO"


def test_everything_is_bounded() -> None:
    entry = parse(sdk_line(message="m" * 100_000, logger="l" * 1000, thread="t" * 1000))
    assert len(entry.text) == LONGEST_TEXT + 1
    assert len(entry.logger) == len(entry.thread) == LONGEST_NAME + 1


def test_what_is_escaped_is_bounded_as_it_is_shown() -> None:
    entry = parse(sdk_line(message="\U000e0001" * 10_000, thread="\x1b" * 90))
    assert len(entry.text) <= LONGEST_TEXT + 2
    assert len(entry.thread) <= LONGEST_NAME + 2


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("a\u202eb\u2028c", "a\\u202eb\\u2028c"),
        ("\x9b31m", "\\x9b31m"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("Zürich 21 °C 👩\u200d🔧", "Zürich 21 °C 👩\u200d🔧"),
    ],
)
def test_control_characters_are_escaped(said: str, shown: str) -> None:
    assert parse(sdk_line(message=said)).text == shown
    assert parse(line(said)).text == shown


@pytest.mark.parametrize(
    "name", ["platform", "install", "Platform", " platform ", "platform\n", "pl\u0430tform", "\xa0install"]
)
def test_nobody_speaks_in_the_platforms_name_nor_in_one_that_people_take_for_it(name: str) -> None:
    assert parse(sdk_line(logger=name)).logger.startswith("nodeserver.")


@pytest.mark.parametrize(
    ("text", "level", "thread", "shown"),
    [
        ("2022-01-31 12:00:00,123 [MainThread] [INFO ] Running with", "INFO", "MainThread", "Running with"),
        ("2022-01-31 12:00:00,123 [Thread-1  ] [DEBUG] MQTT [x] y", "DEBUG", "Thread-1", "MQTT [x] y"),
        ("2022-01-31 12:00:00,123 [Interface ] [CRITICAL] ", "CRITICAL", "Interface", ""),
    ],
)
def test_what_the_original_sdks_write_is_structured(text: str, level: str, thread: str, shown: str) -> None:
    assert parse(line(text)) == LogEntry(1e9, level, "stderr", thread, shown)


@pytest.mark.parametrize(
    "text", ["2022-01-31 12:00:00,123 [Main] [LOUD ] x", "2022-01-31 12:00:00 [Main] [INFO ] x", " 2022-01-31"]
)
def test_what_is_only_like_it_is_text(text: str) -> None:
    assert parse(line(text)) == LogEntry(1e9, "WARNING", "stderr", "", text)


def test_nobody_speaks_in_the_name_of_installs() -> None:
    assert parse(sdk_line(logger="install")).logger == "nodeserver.install"
