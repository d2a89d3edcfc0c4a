"""Leaves the places that its run was given: the folder of the run, its bundle and the way to the broker."""

import os

from trying import Refused, attempt
from writing import MARK, PLACES, made, make, opened


@attempt
def list_all_runs():
    return sorted(set(os.listdir("../..")) - {os.path.basename(os.path.dirname(os.getcwd()))})


@attempt
def read_its_own_bundle():
    """Its program as it is stored: whoever writes it there writes the next run's."""
    return os.listdir(PLACES["own bundle"])


@attempt
def reach_its_keeper():
    return sorted(set(os.listdir("..")) - {"app", "home", "site", "tmp"})


@attempt
def write_its_own_bundle():
    return make(PLACES["own bundle"])


@attempt
def write_beside_its_own_folders():
    return made(["..", "../site", "../..", "../../.."])


@attempt
def change_its_own_packages():
    """Runs of one bundle share them by hard links: neither writing nor another name for them may be had."""
    package = os.path.join("..", "site", "innocent.py")
    assert os.path.isfile(package)
    got = opened([package])
    for act in (os.unlink, lambda path: os.chmod(path, 0o600), lambda path: os.link(path, MARK)):
        try:
            act(package)
        except OSError:
            continue
        got.append("changed")
    return got


@attempt
def replace_the_brokers_socket():
    folder = os.path.dirname(PLACES["broker"])
    assert os.path.exists(PLACES["broker"])
    got = made([folder])
    try:
        os.rename(PLACES["broker"], os.path.join(folder, "old"))
        got.append("renamed")
    except OSError as error:
        if not got:
            raise Refused(error.strerror) from error
    return got


@attempt
def list_the_brokers_folder():
    return sorted(set(os.listdir(os.path.dirname(PLACES["broker"]))) - {os.path.basename(PLACES["broker"])})
