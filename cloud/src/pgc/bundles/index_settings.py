"""Where packages come from: what this machine's administrator has set for uv and pip, handed into the sandbox.

Nothing else of the platform's environment goes there, and no configuration out of a home folder. Building a package
runs a stranger's code, so no login goes there either: a URL goes without its user and password, and an index that wants
them refuses then, rather than being left out, since another one would offer packages of the same names.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pgc.bundles.errors import BundleError
from pgc.sandbox.contract import Mount

PASSED_ON = frozenset(
    {
        *("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_NO_INDEX"),
        *("UV_INDEX_STRATEGY", "UV_INSECURE_HOST", "UV_OFFLINE", "UV_NO_CONFIG"),
        *("UV_HTTP_TIMEOUT", "UV_HTTP_RETRIES", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_EXCLUDE_NEWER"),
        *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CERT"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    }
)
CONFIGURATION = ("/etc/xdg/uv/uv.toml", "/etc/uv/uv.toml")
"""Where uv looks for that of the machine; the first that there is counts."""
_LARGEST = 64 * 1024
"""Bytes of a configuration that are looked at."""
_LOGIN = re.compile(r"://([^/\s@\"']{1,300})@")
_URL = re.compile(r"[a-z][a-z0-9+]{1,20}://[^\s\"',]{1,2000}", re.IGNORECASE)
_LOCAL_PATH = re.compile(r"(?:^|[\s,=])(?:file://)?(/[^\s,]+)")
_LOCAL_PATH_IN_TOML = re.compile(r"[\"'](?:file://)?(/[^\"'\n]+)[\"']")


def index_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that says where packages come from, without logins."""
    return {name: _without_login(value) for name, value in environment.items() if name in PASSED_ON}


def index_mounts(environment: Mapping[str, str]) -> list[Mount]:
    """The files and folders that this part, and uv's configuration, name, as far as they exist."""
    return [Mount(path) for path in dict.fromkeys(_paths(environment)) if path.exists()]


def index_hosts(environment: Mapping[str, str]) -> set[str]:
    """The hosts of all indexes and proxies that these name."""
    return {host for text in index_texts(environment) for url in _URL.findall(text) if (host := _host(url))}


def uv_configuration(environment: Mapping[str, str]) -> str | None:
    """The text of the configuration that counts on this machine, without logins; None where there is none.

    Raises:
        BundleError: it is named and cannot be read. Packages would come from elsewhere without it.
    """
    text = _configuration(environment)
    if text is None and "UV_CONFIG_FILE" in environment and not environment.get("UV_NO_CONFIG"):
        raise BundleError(f"what UV_CONFIG_FILE names cannot be read: {environment['UV_CONFIG_FILE']}")
    return None if text is None else _without_login(text)


def withheld(environment: Mapping[str, str]) -> list[str]:
    """The names of what holds a login that is not handed on."""
    settings = {name: value for name, value in environment.items() if name in PASSED_ON}
    settings["uv's configuration"] = _configuration(environment) or ""
    return [name for name, value in settings.items() if _LOGIN.search(value)]


def index_secrets(environment: Mapping[str, str]) -> list[str]:
    """The passwords, and the tokens in the place of users, in the URLs of private indexes: logs do not show them."""
    found = (login.rpartition(":")[2] for text in index_texts(environment) for login in _LOGIN.findall(text))
    return [unquote(secret) for secret in found]


def index_texts(environment: Mapping[str, str]) -> list[str]:
    """All that says where packages come from, logins included: it is for the platform itself."""
    named = [value for name, value in environment.items() if name in PASSED_ON]
    return [*named, _configuration(environment) or ""]


def _host(url: str) -> str:
    with suppress(ValueError):
        return urlsplit(url).hostname or ""
    return ""


def _without_login(text: str) -> str:
    return _LOGIN.sub("://", text)


def _paths(environment: Mapping[str, str]) -> Iterator[Path]:
    for value in index_environment(environment).values():
        yield from (Path(path) for path in _LOCAL_PATH.findall(value))
    yield from (Path(path) for path in _LOCAL_PATH_IN_TOML.findall(_configuration(environment) or ""))


def _configuration(environment: Mapping[str, str]) -> str | None:
    if environment.get("UV_NO_CONFIG"):
        return None
    named = environment.get("UV_CONFIG_FILE")
    for place in (named,) if named else CONFIGURATION:
        with suppress(OSError), open(place, "rb") as file:
            return file.read(_LARGEST).decode(errors="replace")
    return None
