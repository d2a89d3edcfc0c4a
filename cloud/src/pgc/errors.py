"""The root of the platform's errors; each package has its own branch.

    PgcError
    ├── broker.BrokerError        ├── bundles.BundleError      ├── isy.IsyError
    ├── nodeservers.…Error        ├── workers.WorkerError      └── …

An error is raised where the fault is seen and shown where the user looks: its text says what failed and why,
its `hint` what to do, its `status` how the API answers.
"""

from http import HTTPStatus


class PgcError(Exception):
    """What failed and why, in one line for people."""

    status: HTTPStatus = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
