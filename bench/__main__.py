"""``python -m bench [NAME …]`` measures and writes; ``python -m bench --check`` compares with what is stored."""

import argparse
import sys
import time
from pathlib import Path

from bench.benchmarks import BENCHMARKS, BY_NAME_ONLY, take
from bench.check import TOLERANCE, differences, regressions
from bench.effort import Effort
from bench.figures import Report
from bench.files import read, write
from bench.table import table
from pgc.errors import PgcError

STORED = Path(__file__).parent.parent / "docs" / "bench"


def main() -> int:
    arguments = _arguments()
    try:
        names = arguments.names or [name for name in BENCHMARKS if name not in BY_NAME_ONLY]
        reports = [_take(name, Effort(arguments.quick)) for name in names]
        if arguments.check:
            return _check(reports, arguments.out)
        for report in reports:
            write(report, arguments.out)
    except PgcError as error:
        _say(f"{error}. {error.hint}".rstrip(" ."))
        return 2
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        choices=[*BENCHMARKS, []],
        help=f"which ones; all but {', '.join(BY_NAME_ONLY)} without a name",
    )
    parser.add_argument("--quick", action="store_true", help="only show that they work, without peers")
    parser.add_argument("--check", action="store_true", help="write nothing; name what got worse, and exit 1")
    parser.add_argument("--out", type=Path, default=STORED, help="where the reports are")
    return parser.parse_args()


def _take(name: str, effort: Effort) -> Report:
    began = time.monotonic()
    _say(f"{name} …")
    report = take(name, effort)
    _say(table(report))
    _say(f"{name} took {time.monotonic() - began:.0f} s\n")
    return report


def _check(reports: list[Report], folder: Path) -> int:
    found: list[str] = []
    for report in reports:
        stored = read(report.benchmark, folder)
        if stored is None:
            _say(f"{report.benchmark}: nothing is stored to compare with")
        elif unlike := differences(report, stored):
            _say(f"{report.benchmark}: not compared: {'; '.join(unlike)}")
        else:
            found.extend(regressions(report, stored))
    for line in found:
        _say(f"REGRESSION {line}")
    _say(f"{len(found)} regressions (a ratio worse by more than {TOLERANCE:.0%}, outside both spreads)")
    return 1 if found else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
