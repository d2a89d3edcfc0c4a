"""`pgc serve` and `pgc simulate-isy`: they tell where they are, and end at Ctrl-C."""

from .conftest import Shell, interrupt


def test_serve_says_where_its_api_and_token_are(shell: Shell) -> None:
    data = shell.temporary / "data"
    serving = shell.start("serve", PGC_DATA_FOLDER=str(data))
    assert serving.stdout is not None
    assert serving.stdout.readline().startswith("API at http://127.0.0.1:")
    assert serving.stdout.readline().strip() == f"token in {data / 'api-token'}"
    second = shell.run("serve", PGC_DATA_FOLDER=str(data))
    assert second.returncode == 1
    assert f"another platform is running on {data}" in second.stderr
    interrupt(serving)
    assert serving.returncode == 0
    assert (data / "pgc.db").is_file()
    for path in sorted(data.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    data.rmdir()


def test_a_taken_port_gives_a_plain_reason(shell: Shell) -> None:
    first = shell.start("simulate-isy")
    assert first.stdout is not None
    port = first.stdout.readline().split(",")[0].rsplit(":", 1)[1]
    second = shell.run("simulate-isy", "--port", port)
    interrupt(first)
    assert second.returncode == 1
    assert port in second.stderr
    assert "Traceback" not in second.stderr
