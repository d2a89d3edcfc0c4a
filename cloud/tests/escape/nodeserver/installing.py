"""What only an install can try: to leave something where a neighbour's install, or the platform, finds it."""

import os

from trying import attempt, targets

MARK = "left-by-an-escape-test"


def places():
    """All folders that its environment names and that it may write: caches, homes, places for temporary files."""
    named = [part for value in os.environ.values() for part in value.split(os.pathsep)]
    return [folder for folder in dict.fromkeys(named) if os.path.isabs(folder) and os.access(folder, os.W_OK)]


@attempt
def find_what_a_neighbours_install_left():
    """What one install leaves in a cache, another one would take for a package that it needs."""
    found = [folder for folder in places() if os.path.exists(os.path.join(folder, MARK))]
    for folder in places():
        with open(os.path.join(folder, MARK), "w") as file:
            file.write(targets()["places"]["home"])
    assert any("cache" in name.lower() for name in os.environ), "an install has a cache"
    return found


@attempt
def write_where_bundles_are_kept():
    site = os.environ.get("PYTHONUSERBASE") or os.getcwd()
    upwards, made = os.path.abspath(site), []
    while upwards != "/":
        upwards = os.path.dirname(upwards)
        try:
            path = os.path.join(upwards, MARK)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
        except OSError:
            continue
        if os.path.basename(upwards) in ("bundles", "data", "cache"):
            made.append(path)
    return made
