"""What a NodeServer keeps over its runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pgc_interface import wire

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

    def in_init(self, mark: int) -> dict[str, Any]:
        """Its fields of :class:`~pgc_interface.wire.Init`; `mark` is the last frame of the run that they hold."""
        return {
            "shortPoll": self.short_poll,
            "longPoll": self.long_poll,
            "customParams": self.params,
            "customData": self.data,
            "notices": self.notices,
            "customParamsDoc": self.params_doc,
            "typedParams": self.typed_params,
            "typedCustomData": self.typed_data,
            "logLevel": self.log_level,
            "rev": wire.Revisions(
                params=self.params_revision, notices=self.notices_revision, data=self.data_revision, seq=mark
            ),
        }
