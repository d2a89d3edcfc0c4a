"""The notices that an owner sees: those of the NodeServer, and one of the platform's own that no NodeServer writes,
sees or removes."""

import time
from collections.abc import Iterator, Mapping
from html import escape

from pgc.storage.records import Parked

OURS = "platform:"
"""How keys of the platform's own begin; a NodeServer's with such a key is not shown, since it would speak for us."""
PARKED = f"{OURS}parked"


def shown(own: Mapping[str, str], parked: Parked | None) -> dict[str, str]:
    """By key, as HTML."""
    platforms = {PARKED: "".join(_of(parked))} if parked else {}
    return {**platforms, **{key: html for key, html in own.items() if not key.startswith(OURS)}}


def _of(parked: Parked) -> Iterator[str]:
    """All of it is text: a NodeServer's log does not become HTML."""
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(parked.time / 1000))
    yield f"<p><b>Parked since {when}</b>: {escape(parked.reason)}.</p> "
    if parked.hint:
        yield f"<p>What may help: {escape(parked.hint)}.</p> "
    yield "<p>It stays so until you start it again. The last lines of its log:</p> "
    yield f"<pre>{escape(chr(10).join(parked.lines))}</pre>"
