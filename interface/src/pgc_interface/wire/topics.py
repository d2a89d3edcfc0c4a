"""The topics of one run."""

from msgspec import Struct


class Topics(Struct, frozen=True):
    """The topics of one run. `prefix` is opaque to the SDK; the platform's own is ``<stage>/<isy-key>/<worker>``."""

    prefix: str
    worker: str
    user: str = ""

    @property
    def up(self) -> str:
        return f"{self.prefix}/ns"

    @property
    def isy(self) -> str:
        return f"{self.prefix}/isy"

    @property
    def down(self) -> str:
        return f"{self.prefix}/ns/{self.worker}"

    @property
    def logs(self) -> str:
        return f"{self.prefix}/frontend/{self.user}/logs/{self.worker}"
