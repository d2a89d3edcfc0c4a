"""Removes a folder, whatever a stranger's program left in it. Standard library only: the keeper uses it too."""

import os
from contextlib import suppress


def remove_tree(root: str) -> None:
    """Folders without permissions and folders nested beyond any path's length go too; links are never followed.

    Another process may be removing the same at the same time.

    Raises:
        OSError: something cannot be removed.
    """
    token = os.urandom(8).hex()
    number = 0
    with suppress(FileNotFoundError):
        while folders := _clear(root):
            for folder in folders:
                number = _hoist(folder, root, token, number)
        os.rmdir(root)


def _clear(folder: str) -> list[str]:
    """Unlinks the files of `folder`; what is left in it are folders."""
    os.chmod(folder, 0o700)
    with os.scandir(folder) as entries:
        listing = [(entry.path, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for path, is_folder in listing:
        if not is_folder:
            with suppress(FileNotFoundError):
                os.unlink(path)
    return [path for path, is_folder in listing if is_folder]


def _hoist(folder: str, root: str, token: str, number: int) -> int:
    """Brings the folders of `folder` up to `root`, so that no path ever grows long, and removes `folder`."""
    with suppress(FileNotFoundError):
        for nested in _clear(folder):
            os.chmod(nested, 0o700)
            number += 1
            os.rename(nested, os.path.join(root, f"{token}.{number}"))
        os.rmdir(folder)
    return number
