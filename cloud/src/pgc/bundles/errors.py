"""What can be wrong with a NodeServer before it starts.

BundleError
├── ServerFileError     server.json is missing or not usable
├── SourceError         the folder cannot be taken in
├── ProfileError        an ISY would refuse its profile
├── RequirementsError   a requirement file cannot be read
├── InstallError        a requirement does not install, or the install script failed
└── DamagedBundle       installed files are not what was installed
"""

from http import HTTPStatus

from pgc.errors import PgcError


class BundleError(PgcError):
    """The NodeServer cannot be made ready."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class ServerFileError(BundleError):
    """server.json is missing or says what cannot be. `line` is 0 where no line is to blame."""

    def __init__(self, message: str, *, hint: str = "", line: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.line = line


class SourceError(BundleError):
    """The folder is too large, unreadable, or leads out of itself."""


class ProfileError(BundleError):
    """An ISY would refuse the profile; the text names file and line."""


class RequirementsError(BundleError):
    """A requirement file cannot be read."""


class InstallError(BundleError):
    """A requirement does not install, or the install script failed; the text ends with the reason in its own words."""


class DamagedBundle(BundleError):
    """Installed files are not what was installed; the text names the first."""

    status = HTTPStatus.CONFLICT
