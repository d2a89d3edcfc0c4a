"""What a NodeServer keeps over its runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
"""Of what is logged, from all to the least."""


@dataclass(frozen=True)
class Saved:
    """The maps, texts and settings of one NodeServer. The revisions grow by one with every change of their map.

    `notice_ends` says when the temporary ones among the notices are over: key to Unix milliseconds.
    """

    params: dict[str, Any] = field(default_factory=dict, repr=False)
    data: dict[str, Any] = field(default_factory=dict, repr=False)
    typed_data: dict[str, Any] = field(default_factory=dict, repr=False)
    notices: dict[str, str] = field(default_factory=dict)
    notice_ends: dict[str, int] = field(default_factory=dict)
    typed_params: list[Any] = field(default_factory=list)
    params_doc: str = ""
    params_revision: int = 0
    notices_revision: int = 0
    data_revision: int = 0
    short_poll: int = 60
    long_poll: int = 600
    log_level: str = "DEBUG"
