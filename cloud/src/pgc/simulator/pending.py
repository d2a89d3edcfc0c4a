"""The requests that NodeServers still owe an answer: the ISY gave an id with a query and waits for it to come back."""

from itertools import count

from pgc.simulator.outcomes import ACCEPTED, NOT_FOUND, UNAUTHORIZED, Outcome

MAX_PENDING = 1000
"""Open ids; past that the oldest is forgotten, as after a time-out."""


class PendingRequests:
    def __init__(self) -> None:
        self._slots: dict[str, int] = {}
        self._numbers = count(1)

    def __contains__(self, request_id: str) -> bool:
        return request_id in self._slots

    def open(self, slot: int) -> str:
        """A new id for a question to this slot's NodeServer."""
        request_id = str(next(self._numbers))
        self._slots[request_id] = slot
        if len(self._slots) > MAX_PENDING:
            self.close(next(iter(self._slots)))
        return request_id

    def answer(self, slot: int, request_id: str, word: str) -> Outcome:
        """`success` or `fail`; a real ISY answers `failed` with 401, and we any other word.

        An id that is unknown, answered already or another slot's is 404 (ours: no page says).
        """
        if word not in ("success", "fail"):
            return UNAUTHORIZED
        if self._slots.get(request_id) != slot:
            return NOT_FOUND
        self.close(request_id)
        return ACCEPTED

    def close(self, request_id: str) -> None:
        self._slots.pop(request_id, None)
