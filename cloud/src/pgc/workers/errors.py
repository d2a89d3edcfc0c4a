"""The workers' branch of the errors.

WorkerError
├── RunFolderError   where runs live cannot be used
├── RunFailed        a run could not be started, or ended before it was handed its NodeServer
└── KeeperLost       a run's keeper does not answer as it should
"""

from pgc.errors import PgcError


class WorkerError(PgcError):
    """A run cannot be had, or is not what it should be."""


class RunFolderError(WorkerError):
    pass


class RunFailed(WorkerError):
    pass


class KeeperLost(WorkerError):
    pass
