"""Where settings come from, and where they never come from."""

from pathlib import Path

import pytest

from pgc.settings import Settings


def test_a_file_in_the_folder_where_the_command_runs_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pgc.toml").write_text('api_host = "0.0.0.0"')
    monkeypatch.chdir(tmp_path)
    assert Settings().api_host == "127.0.0.1"


def test_the_file_that_the_user_names_is_read_and_variables_win(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.toml").write_text("stop_grace = 3\nwarm_runs = 2")
    monkeypatch.setenv("PGC_CONFIG", str(tmp_path / "mine.toml"))
    monkeypatch.setenv("PGC_WARM_RUNS", "4")
    settings = Settings()
    assert (settings.stop_grace, settings.warm_runs) == (3, 4)


def test_the_users_own_folder_for_configuration_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "pgc").mkdir()
    (tmp_path / "pgc" / "pgc.toml").write_text("warm_runs = 3")
    if (tmp_path / "Library").exists():
        pytest.skip("this machine keeps configuration elsewhere")
    assert Settings().warm_runs == 3


def test_runs_live_in_the_data_folder_unless_its_path_is_too_long_for_sockets(tmp_path: Path) -> None:
    assert Settings(data_folder=Path("/d")).run_folder == Path("/d/runs")
    deep = Settings(data_folder=tmp_path / ("x" * 80)).run_folder
    assert not deep.is_relative_to(tmp_path)
    assert len(str(deep)) < 64
