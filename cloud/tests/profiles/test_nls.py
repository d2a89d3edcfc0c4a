from pgc.profiles.nls import read_nls


def test_lines_that_say_nothing_are_passed_over() -> None:
    body = b"\xef\xbb\xbf# A = no\r\n  # B = no\r\n\r\nnonsense\r\n= no\r\nA = yes \r\nB=a = b\r\nA = again"
    assert list(read_nls(body)) == [("A", "yes"), ("B", "a = b"), ("A", "again")]


def test_the_western_code_page_is_read() -> None:
    assert dict(read_nls("A = Küche 5 °C".encode("cp1252"))) == {"A": "Küche 5 °C"}
