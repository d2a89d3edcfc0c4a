"""Where packages come from: what this machine's administrator has set for uv and pip, handed into the sandbox.

Nothing else of the platform's environment goes there, and no configuration out of a home folder.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pgc.sandbox.contract import Mount

PASSED_ON = frozenset(
    {
        *("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_NO_INDEX"),
        *("UV_INDEX_STRATEGY", "UV_INSECURE_HOST", "UV_OFFLINE", "UV_CONFIG_FILE", "UV_NO_CONFIG"),
        *("UV_HTTP_TIMEOUT", "UV_HTTP_RETRIES", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_EXCLUDE_NEWER"),
        *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CERT", "PIP_CONFIG_FILE"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    }
)
CONFIGURATION = ("/etc/uv", "/etc/xdg/uv", "/etc/xdg/pip", "/etc/pip.conf")
_LOCAL_PATH = re.compile(r"(?:^|[\s,=])(?:file://)?(/[^\s,]+)")


def index_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that says where packages come from."""
    return {name: value for name, value in environment.items() if name in PASSED_ON}


def index_mounts(environment: Mapping[str, str]) -> list[Mount]:
    """The files and folders that this part names, and the machine's configuration, as far as they exist."""
    return [Mount(path) for path in dict.fromkeys(_paths(environment)) if path.exists()]


def _paths(environment: Mapping[str, str]) -> Iterator[Path]:
    yield from map(Path, CONFIGURATION)
    for value in index_environment(environment).values():
        yield from (Path(path) for path in _LOCAL_PATH.findall(value))
