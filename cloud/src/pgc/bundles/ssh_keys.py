"""The keys that an operator has laid in the data folder, for repositories that are reached over ssh."""

import shlex
from pathlib import Path

from pgc.sandbox.contract import Mount

KNOWN_HOSTS = "known_hosts"
_PASSWD = "pgc:x:65534:65534::/tmp:/usr/sbin/nologin\n"  # noqa: S105 (ssh asks who it is run by, and has no key there)


class SshKeys:
    """`folder` holds private keys named ``id_…`` and the file ``known_hosts``; nothing else of ssh's is used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def mounts(self) -> list[Mount]:
        """Blocks."""
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700, parents=True)
        passwd = self._folder / ".passwd"
        if not passwd.exists():
            passwd.write_text(_PASSWD)
        return [Mount(self._folder), Mount(passwd, at=Path("/etc/passwd"))]

    def command(self) -> str:
        """It asks nothing, knows the hosts in the file only, and takes neither a user's configuration nor an agent."""
        options = {
            "BatchMode": "yes",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": f'"{self._folder / KNOWN_HOSTS}"',
            "GlobalKnownHostsFile": "/dev/null",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "ForwardAgent": "no",
            "PermitLocalCommand": "no",
            "ConnectTimeout": "20",
        }
        keys = sorted(key for key in self._folder.glob("id_*") if key.suffix != ".pub")
        words = ["ssh", "-F", "/dev/null"]
        words += [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        words += [word for key in keys for word in ("-i", str(key))]
        return shlex.join(words)
