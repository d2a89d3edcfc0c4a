from collections.abc import Callable
from pathlib import Path

import pytest

from pgc.bundles.install_script import unmet_script

MakeNodeServer = Callable[..., Path]
FILE = "requirements_cloud.txt"


def unmet(make: MakeNodeServer, script: str, installed: str | None = FILE) -> str | None:
    folder = make({"install_cloud.sh": script})
    return unmet_script(folder, "install_cloud.sh", installed)


@pytest.mark.parametrize(
    "line",
    [
        f"pip3 install -r {FILE}",
        f"pip install -r {FILE} --user",
        f"pip3 install --user -r ./{FILE}",
        f"sudo python3 -m pip install --upgrade --requirement {FILE}",
        f"#pip install -r {FILE}",
        "set -e\ncd $HOME",
    ],
)
def test_scripts_that_are_met_are_not_mentioned(make_nodeserver: MakeNodeServer, line: str) -> None:
    assert unmet(make_nodeserver, f"#!/usr/bin/env bash\r\n\r\n{line}") is None


@pytest.mark.parametrize(
    "line",
    ["apt-get install -y ffmpeg", "pip3 install -r requirements.txt", f"pip3 install -r {FILE} && make", "mkdir data"],
)
def test_scripts_that_do_more_are(make_nodeserver: MakeNodeServer, line: str) -> None:
    told = unmet(make_nodeserver, f"#!/bin/sh\npip3 install -r {FILE}\n{line}\n")
    assert told == f"install_cloud.sh is not run yet; {FILE} is installed instead"


def test_a_script_that_installs_what_is_not_there(make_nodeserver: MakeNodeServer) -> None:
    told = unmet(make_nodeserver, "pip3 install requests\n", installed=None)
    assert told == "install_cloud.sh is not run yet; nothing is installed instead"


@pytest.mark.parametrize("script", ["", "missing.sh", "../outside.sh", "/etc/profile"])
def test_scripts_that_are_none(make_nodeserver: MakeNodeServer, script: str) -> None:
    folder = make_nodeserver()
    (folder.parent / "outside.sh").write_text("make\n")
    assert unmet_script(folder, script, FILE) is None
