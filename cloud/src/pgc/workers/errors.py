"""The workers' branch of the errors.

WorkerError
├── RunFolderError   where runs live cannot be used
├── RunFailed        a run could not be started, or ended before it was handed its NodeServer
├── PortNotForwarded a port of this machine cannot be led to a run
└── KeeperLost       a run's keeper does not answer as it should
"""

from pgc.errors import PgcError


class WorkerError(PgcError):
    """A run cannot be had, or is not what it should be."""


class RunFolderError(WorkerError):
    pass


class RunFailed(WorkerError):
    pass


class PortNotForwarded(WorkerError):
    pass


class KeeperLost(WorkerError):
    pass
