"""`pgc ca`: one authority per data folder, shown and replaced."""

from .conftest import Shell


def test_it_is_shown_and_replaced(shell: Shell) -> None:
    folder = {"PGC_DATA_FOLDER": str(shell.state / "data")}
    first = shell.run("ca", "show", **folder)
    assert first.stdout.startswith("-----BEGIN CERTIFICATE-----")
    assert shell.run("ca", "show", **folder).stdout == first.stdout
    rotated = shell.run("ca", "rotate", **folder)
    assert (rotated.returncode, "PRIVATE" in rotated.stdout + first.stdout) == (0, False)
    assert shell.run("ca", "show", **folder).stdout not in {"", first.stdout}
