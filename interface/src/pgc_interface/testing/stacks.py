"""Where a NodeServer's threads are, for the message of a test that waited in vain."""

from __future__ import annotations

import sys
import threading
import traceback
from pathlib import Path

_SDK = str(Path(__file__).parent.parent)
_STANDARD = str(Path(threading.__file__).parent)
_MOST = 4
"""Lines of code that are shown for each thread."""


def whereabouts() -> str:
    """The NodeServer's own lines of code that its threads are in; empty if they are all at rest."""
    frames = sys._current_frames()
    here = threading.current_thread()
    found = [(thread, frames.get(thread.ident or 0)) for thread in threading.enumerate() if thread is not here]
    shown = [_shown(thread.name, traceback.extract_stack(frame)) for thread, frame in found if frame is not None]
    return "".join(shown)


def _shown(name: str, stack: list[traceback.FrameSummary]) -> str:
    own = [frame for frame in stack if _is_authors(frame.filename)]
    lines = [f"\n    {frame.filename}:{frame.lineno} in {frame.name}: {frame.line}" for frame in own[-_MOST:]]
    return f"\n  Thread {name}:{''.join(lines)}" if lines else ""


def _is_authors(file: str) -> bool:
    installed = "site-packages" in file
    return not (installed or file.startswith((_SDK, _STANDARD, "<")))
