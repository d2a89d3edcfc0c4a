"""Watching an ISY: its values as they are, then all that happens, over breaks of the connection."""

from contextlib import aclosing

from pgc.cli.errors import Interrupted
from pgc.cli.running import Interrupts
from pgc.cli.told import Teller
from pgc.isy.frames import DriverTold, Told
from pgc.isy.subscription import Connected, Lost, subscribe
from pgc.isy.transport import IsyLogin


class Watch:
    def __init__(self, login: IsyLogin, verify_tls: bool, teller: Teller) -> None:
        self._login = login
        self._verify_tls = verify_tls
        self._teller = teller
        self._known: dict[tuple[str, str], tuple[str, str]] = {}

    async def run(self, interrupts: Interrupts) -> None:
        """Until Ctrl-C."""
        try:
            await interrupts.unless(self._follow())
        except Interrupted:
            return

    async def _follow(self) -> None:
        async with aclosing(subscribe(self._login, verify_tls=self._verify_tls)) as tellings:
            async for told in tellings:
                match told:
                    case Connected():
                        self._teller.link(f"Watching the ISY at {self._login.url}; Ctrl-C ends it", up=True)
                    case Lost():
                        self._teller.link(f"Not watching: {told.reason}. Again in {told.pause:g} s", up=False)
                    case _:
                        self._tell(told)

    def _tell(self, told: Told) -> None:
        """At first, and again after a break, an ISY repeats what it has: of that only the values we did not have."""
        if isinstance(told, DriverTold):
            key, value = (told.address, told.driver), (told.value, told.uom)
            if not told.before or self._known.get(key) != value:
                self._teller.news(told)
            self._known[key] = value
        elif not told.before:
            self._teller.news(told)
