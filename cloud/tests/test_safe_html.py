"""What a NodeServer writes is shown as it meant it, and can do nothing to whoever reads it."""

import pytest

from pgc.safe_html import LONGEST, clean, render

SHOWN = [
    ("# Title\n\nSome *text*", ["<h1>Title</h1>", "<em>text</em>"]),
    ("| a | b |\n|---|---|\n| 1 | 2 |", ["<table>", "<td>1</td>"]),
    ("- one\n- two\n", ["<li>one</li>"]),
    ("# Page\n<h3>Known</h3><ul><li>one</li></ul>", ["<h1>Page</h1>", "<h3>Known</h3>", "<li>one</li>"]),
    ("<h3>Known</h3>\n\n    <p>indented</p>", ["<h3>Known</h3>", "<p>indented</p>"]),
    ("[a](https://example.org/x)", ['href="https://example.org/x"', 'target="_blank"', 'rel="noopener noreferrer"']),
    ("![a](https://example.org/a.png)", ['src="https://example.org/a.png"']),
    ("`code` and\n\n    indented", ["<code>code</code>", "<pre>"]),
    ("a < b & c", ["a &lt; b &amp; c"]),
    ("", []),
]
HARMFUL = [
    "<script>alert(1)</script>",
    "text <script src=https://evil.example></script>",
    "<img src=x onerror=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<style>body{display:none}</style>",
    '<p style="position:fixed">x</p>',
    "<iframe src=https://evil.example></iframe>",
    '<form action="https://evil.example"><input name=password></form>',
    "[x](javascript:alert(1))",
    '<a href="java&#115;cript:alert(1)">x</a>',
    "[x](data:text/html,<script>alert(1)</script>)",
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example">',
    "[x](/api/nodeservers)",
    "![x](/api/nodeservers)",
    "![x](//evil.example/a.png)",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
]
NEVER = [
    "<script",
    "onerror=",
    "<style",
    "style=",
    "<iframe",
    "<form",
    "<input",
    '="javascript:',
    '="data:',
    "<meta",
    "<base",
]
NEVER += ['href="/', 'src="/']


@pytest.mark.parametrize(("text", "parts"), SHOWN)
def test_markdown_and_html_are_shown(text: str, parts: list[str]) -> None:
    html = render(text)
    assert [part for part in parts if part not in html] == []


@pytest.mark.parametrize("text", HARMFUL)
def test_what_could_do_something_is_gone(text: str) -> None:
    for html in (render(text), clean(text)):
        assert [part for part in NEVER if part in html.replace("&lt;", "")] == []


def test_a_text_without_end_is_cut() -> None:
    for html in (render("x" * (LONGEST + 1)), clean("x" * (LONGEST + 1))):
        assert html.count("x") == LONGEST
        assert "too long to be shown" in html
