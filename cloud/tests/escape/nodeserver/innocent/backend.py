"""Builds a package, and tries to break out meanwhile: what is built needs no registry, and what was tried is in it."""

import json
import os
import subprocess
import sys
import zipfile

ABOUT = "innocent-1.0.dist-info"
NODESERVER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    with open(os.path.join(NODESERVER, "install.modules")) as file:
        modules = file.read().split()
    argv = [sys.executable, "-u", os.path.join(NODESERVER, "trying.py"), *modules]
    with open(os.path.join(NODESERVER, "tried.txt"), "w+") as said:  # a pipe would end only with all that hold it
        subprocess.run(argv, cwd=NODESERVER, stdout=said, stderr=said)
        said.seek(0)
        tried = said.read()
    files = {
        "innocent.py": "",
        "innocent_tried.txt": tried,
        f"{ABOUT}/METADATA": "Metadata-Version: 2.1\nName: innocent\nVersion: 1.0\n",
        f"{ABOUT}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files.update(traps())
    files[f"{ABOUT}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{ABOUT}/RECORD"])
    name = "innocent-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)
    return name


def traps():
    """Files that an interpreter runs by itself when it finds them among its packages: here they tell the host, if it is
    one of the host that runs them."""
    with open(os.path.join(NODESERVER, "targets.json")) as file:
        folder = json.load(file)["trap"]
    code = f"import os; os.path.isdir({folder!r}) and open(os.path.join({folder!r}, 'sprung'), 'w').close()\n"
    return {"innocent.pth": code, "sitecustomize.py": code, "usercustomize.py": code}
