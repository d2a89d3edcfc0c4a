"""What can be wrong with a NodeServer before it starts.

BundleError
├── ServerFileError     server.json is missing or not usable
├── SourceError         the folder cannot be taken in
├── RequirementsError   a requirement file cannot be read
├── InstallError        a requirement does not install
└── InterpreterError    the Python that NodeServers run on does not answer
"""

from http import HTTPStatus

from pgc.errors import PgcError


class BundleError(PgcError):
    """The NodeServer cannot be made ready."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class ServerFileError(BundleError):
    """server.json is missing or says what cannot be."""


class SourceError(BundleError):
    """The folder is too large, unreadable, or leads out of itself."""


class RequirementsError(BundleError):
    """A requirement file cannot be read."""


class InstallError(BundleError):
    """A requirement does not install; the text ends with the installer's own reason."""


class InterpreterError(BundleError):
    """The Python chosen for NodeServers cannot be run."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
