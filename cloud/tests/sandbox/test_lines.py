from pgc.sandbox.lines import CUT, LineSplitter


def test_lines_are_put_together_from_chunks() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"on") == []
    assert splitter.feed(b"e\r\ntwo\n\nth") == ["one", "two", ""]
    assert splitter.rest() == ["th"]
    assert splitter.rest() == []


def test_a_long_line_is_cut_with_a_mark_and_the_next_is_whole() -> None:
    splitter = LineSplitter(longest=4)
    assert splitter.feed(b"12345") == []
    assert splitter.feed(b"6789\nab\n") == ["1234" + CUT, "ab"]
    assert splitter.feed(b"1234\n") == ["1234"]


def test_what_is_no_utf8_is_shown() -> None:
    assert LineSplitter().feed(b"\xc3\xa9 \xff\n") == ["é \\xff"]
