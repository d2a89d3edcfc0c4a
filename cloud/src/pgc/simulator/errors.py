"""What can go wrong with the simulated ISY itself; what it refuses over HTTP is an `Outcome`, not an error.

SimulatorError
├── CannotListen      the address is taken or not ours
├── UnknownNode       a command or query for a node that is not there
├── NotConnected      its slot has no enabled connection to call
└── CallFailed        the connection was called and nobody answered
"""

from pgc.errors import PgcError


class SimulatorError(PgcError):
    """Any of the below."""


class CannotListen(SimulatorError):
    def __init__(self, host: str, port: int, reason: OSError) -> None:
        super().__init__(
            f"The simulated ISY cannot listen on {host}:{port}: {reason.strerror or reason}.",
            hint="Choose another port, or 0 for any free one.",
        )


class UnknownNode(SimulatorError):
    def __init__(self, address: str) -> None:
        super().__init__(f"The simulated ISY has no node {address}.", hint="Give the address with its n000_ prefix.")


class NotConnected(SimulatorError):
    def __init__(self, slot: int) -> None:
        super().__init__(
            f"Slot {slot} of the simulated ISY has no enabled NodeServer connection.",
            hint="Register one first: profiles/ns/<slot>/connection/set/network.",
        )


class CallFailed(SimulatorError):
    def __init__(self, slot: int, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"The simulated ISY called the NodeServer of slot {slot} at {host}:{port} and got no answer: {reason}.",
            hint="See that the NodeServer's platform runs and that the registered address leads to it.",
        )
