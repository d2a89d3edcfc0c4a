"""Text of NodeServers as HTML that can do nothing: no script, no style, no form, no address within the dashboard."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

LONGEST = 64 * 1024
"""Characters that are read: whoever writes to harm makes the time grow with their square (there a second)."""
_CUT = "\n\n… (the rest is too long to be shown)"
_SCHEMES = {"http", "https", "mailto"}
_markdown = MarkdownIt("commonmark", {"html": True}).enable("table")


def clean(html: str) -> str:
    """HTML without what could do more than be read; links open beside the page and tell nothing of it."""
    return _harmless(_cut(html))


@lru_cache(maxsize=32)
def render(text: str) -> str:
    """Markdown (CommonMark and tables, HTML within it) or HTML as a whole, as clean HTML. It may take a while."""
    shown = _cut(text)
    return _harmless(shown if shown.lstrip().startswith("<") else _markdown.render(shown))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + _CUT


def _harmless(html: str) -> str:
    new_window = {"a": {"target": "_blank"}}
    return nh3.clean(html, url_schemes=_SCHEMES, url_relative="deny", set_tag_attribute_values=new_window)
