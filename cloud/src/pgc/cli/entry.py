"""Where the command `pgc` begins: Ctrl-C is an orderly end already while the rest is being imported."""

import sys


def main() -> None:
    try:
        from pgc.cli.app import run_app

        run_app()
    except KeyboardInterrupt:
        sys.exit(130)
