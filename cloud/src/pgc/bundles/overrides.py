"""Packages that a NodeServer never gets from an index: its worker has the platform's own SDK instead."""

import re
from collections.abc import Iterator
from pathlib import Path

from packaging.utils import canonicalize_name

from pgc.bundles.files import remove_tree
from pgc_interface.dialects import Dialect

VERSION = "2"
"""Changes with what is written here, so that bundles built under older rules are built anew."""
SDKS = {Dialect.PGC: "pgc-interface", Dialect.POLYINTERFACE: "polyinterface"}
OVERRIDDEN = frozenset({*SDKS.values(), "udi-interface"})
_MODULES = frozenset(name.replace("-", "_") for name in OVERRIDDEN)
_METADATA = re.compile(r"(?P<name>.+?)-[^-]+\.(dist-info|egg-info)|(?P<bare>.+)\.egg-info")


def is_overridden(name: str, dialect: Dialect = Dialect.PGC) -> bool:
    """Whether a package is one of them, however it is spelled (PEP 503). With its original client library, none is."""
    return dialect is not Dialect.ORIGINAL and canonicalize_name(name) in OVERRIDDEN


def override_file(dialect: Dialect = Dialect.PGC) -> str:
    """For uv's `--overrides`: a marker that never holds takes a package out, asked for or dragged in."""
    left_out = [name for name in sorted(OVERRIDDEN) if is_overridden(name, dialect)]
    return "".join(f"{name} ; python_version < '0'\n" for name in left_out)


def instead(name: str, dialect: Dialect) -> str:
    """For people: what happens to it."""
    if canonicalize_name(name) == SDKS[dialect]:
        return f"{name}: the platform's own SDK is used"
    return f"{name}: left out, this NodeServer uses {SDKS[dialect]}"


def remove_slipped_in(site: Path) -> list[str]:
    """Remove them from an installed folder, as a package can also carry another's modules; the names removed."""
    slipped = sorted(_slipped_in(site))
    for path in slipped:
        remove_tree(path)
    return [path.name for path in slipped]


def _slipped_in(site: Path) -> Iterator[Path]:
    for path in site.iterdir():
        metadata = _METADATA.fullmatch(path.name)
        name = (metadata["name"] or metadata["bare"]) if metadata else ""
        if (name and is_overridden(name)) or path.name.split(".")[0] in _MODULES:
            yield path
