"""What a NodeServer reaches from inside bubblewrap; by name what the threat model promises."""

import json
from collections.abc import Callable
from pathlib import Path

from pgc.workers.process import ProcessRuntime
from pgc.workers.runtime import Assignment, Contents

Bundle = Callable[..., Contents]
READ = """
import json, os, sys
def can_read(path):
    try:
        os.listdir(path) if os.path.isdir(path) else open(path).read()
        return True
    except OSError:
        return False
print(json.dumps([can_read(path) for path in json.loads(os.environ["PATHS"])]))
"""
WRITE = """
import json, os
def can_write(folder):
    try:
        open(os.path.join(folder, 'made'), 'w').write('x')
        return True
    except OSError:
        return False
print(json.dumps([can_write(os.path.expandvars(path)) for path in json.loads(os.environ["PATHS"])]))
"""


async def ask(runtime: ProcessRuntime, contents: Contents, paths: list[str]) -> list[bool]:
    run = await runtime.spawn()
    await run.assign(contents, Assignment("ns.py", {"PATHS": json.dumps(paths)}))
    lines = [line.text async for line in run.lines()]
    answers: list[bool] = json.loads(lines[0])
    return answers


async def test_the_hosts_files_and_other_runs_cannot_be_read(
    isolated: ProcessRuntime, bundle: Bundle, run_folder: Path, tmp_path: Path
) -> None:
    neighbour = await isolated.spawn()
    folder = run_folder / neighbour.id
    (folder / "app" / "secret").write_text("of another run")
    contents = bundle(READ)
    paths = ["/etc/shadow", "/etc/passwd", str(tmp_path), str(contents.source), str(folder), str(folder / "app/secret")]
    assert await ask(isolated, contents, paths) == [False] * len(paths)
    await neighbour.end(1)


async def test_the_keepers_socket_is_out_of_reach(isolated: ProcessRuntime, bundle: Bundle) -> None:
    code = "import os\nprint(os.path.exists('../keeper.sock'), sorted(os.listdir('..')))"
    run = await isolated.spawn()
    await run.assign(bundle(code), Assignment("ns.py", {}))
    assert [line.text async for line in run.lines()] == ["False ['app', 'home', 'site', 'tmp']"]


async def test_it_writes_to_its_own_folders_only(isolated: ProcessRuntime, bundle: Bundle) -> None:
    inside = [".", "$HOME", "$TMPDIR", "/tmp"]
    outside = ["../site", "/", "/usr", "/usr/lib", "/etc", "/dev", "/proc", "/run"]
    contents = bundle(WRITE, site={"package.py": ""})
    assert await ask(isolated, contents, inside + outside) == [True] * 4 + [False] * len(outside)


async def test_a_bundles_packages_cannot_be_changed(isolated: ProcessRuntime, bundle: Bundle) -> None:
    """Runs of one bundle share the files by hard links."""
    code = "import package, os\nfor act in (lambda f: open(f, 'a'), os.unlink, lambda f: os.chmod(f, 0o777)):\n"
    code += "    try: act(package.__file__); print('changed')\n    except OSError as error: print(error.strerror)"
    contents = bundle(code, site={"package.py": ""})
    run = await isolated.spawn()
    await run.assign(contents, Assignment("ns.py", {}))
    assert [line.text async for line in run.lines()] == ["Read-only file system"] * 3


async def test_it_sees_no_process_but_its_own(isolated: ProcessRuntime, bundle: Bundle) -> None:
    code = "import os\nprint(sorted(int(name) for name in os.listdir('/proc') if name.isdigit()))"
    run = await isolated.spawn()
    await run.assign(bundle(code), Assignment("ns.py", {}))
    assert [line.text async for line in run.lines()] == ["[1, 2]"]
