"""What newer Pythons have lost, and real NodeServers use: such an error is mended by an older Python.

From the release notes of Python 3.8 to 3.13, "Removed".
"""

import re
from collections.abc import Mapping

_LAST: Mapping[str, frozenset[str]] = {
    "3.8": frozenset(
        {
            *("base64.encodestring", "base64.decodestring", "fractions.gcd", "dummy_threading", "_dummy_thread"),
            *("has no attribute 'isAlive'", "has no attribute 'getchildren'", "has no attribute 'unescape'"),
        }
    ),
    "3.9": frozenset(
        {
            *("collections.Mapping", "collections.MutableMapping", "collections.Iterable", "collections.Callable"),
            *("collections.Sequence", "collections.Hashable", "collections.Set", "parser", "symbol", "formatter"),
            "got an unexpected keyword argument 'loop'",
        }
    ),
    "3.10": frozenset({"asyncio.coroutine", "inspect.getargspec", "inspect.formatargspec", "binhex"}),
    "3.11": frozenset(
        {
            *("distutils", "imp", "asyncore", "asynchat", "smtpd", "ssl.wrap_socket", "ssl.match_hostname"),
            *("configparser.SafeConfigParser", "locale.format", "pkgutil.ImpImporter", "has no attribute 'readfp'"),
        }
    ),
    "3.12": frozenset(
        {
            *("aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap", "msilib", "nis"),
            *("nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib"),
            *("locale.resetlocale", "unittest.makeSuite"),
        }
    ),
}
"""The last version with it: a module, ``module.name``, or a part of the error's own words."""
_MODULE = re.compile(r"No module named '(?P<module>[\w.]+)'")
_ATTRIBUTE = re.compile(r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'")
_IMPORTED = re.compile(r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'")


def older_python_for(message: str) -> str:
    """What to do about an error with this text; empty where an older Python would not help."""
    gone = _gone(message)
    for version, lost in _LAST.items():
        if gone in lost or any(" " in words and words in message for words in lost):
            what = f"{gone} left Python after {version}" if gone else f"it was written for Python {version} or older"
            return f"{what}: choose that one, if this machine has it (--python {version}), or mend the code"
    return ""


def _gone(message: str) -> str:
    """The module, or the name in a module, that is missed."""
    if found := _ATTRIBUTE.search(message) or _IMPORTED.search(message):
        return f"{found['module']}.{found['name']}"
    found = _MODULE.search(message)
    return found["module"].partition(".")[0] if found else ""
