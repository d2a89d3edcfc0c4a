"""What install scripts find as pip, sudo and apt: ``python -I -S shims.py CONFIG NAME ARGUMENT…``, inside the sandbox.

pip becomes uv, which installs into the bundle's site folder whatever the script says of places. sudo becomes what
stands behind it. Package managers of the system say what was asked of them, that it is not done, and that all is well:
what scripts install with them is mostly there already, and one that ends at an error would install nothing at all.

A program of its own, so it reads no more than the standard library. CONFIG is JSON: `uv` is the command to which pip's
own arguments are added, `instead` says of packages by their names what is used in their place.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator

PIPS = ("pip", "pip3", *(f"pip3.{minor}" for minor in range(5, 20)))
PYTHONS = ("python", "python3", *(f"python3.{minor}" for minor in range(5, 20)))
"""These lead to the NodeServer's Python, and `-m pip` there to pip."""
SYSTEM = ("apt", "apt-get", "aptitude", "apk", "brew", "dnf", "dpkg", "pacman", "pkg", "snap", "yum", "zypper")
SERVICES = ("service", "systemctl")
SUPERUSER = ("sudo", "doas")
SUDO_TAKES_VALUE = frozenset("CDghpRrTtUu")
DROPPED = frozenset(
    {
        *("--user", "-I", "--ignore-installed", "--no-warn-script-location", "--no-warn-conflicts", "-y", "--yes"),
        *("--disable-pip-version-check", "--no-input", "--no-color", "--isolated", "--require-virtualenv"),
        *("--no-python-version-warning", "--use-pep517", "--no-use-pep517", "--prefer-binary", "--no-compile"),
        *("--no-cache-dir", "--break-system-packages", "--debug", "--compile", "--check-build-dependencies"),
        "--no-clean",
    }
)
"""Options of pip about where and how: the platform decides that."""
DROPPED_WITH_VALUE = frozenset(
    {
        *("-t", "--target", "--prefix", "--root", "--src", "-b", "--build", "--python", "--cache-dir", "--log"),
        *("--progress-bar", "--root-user-action", "--timeout", "--retries", "--upgrade-strategy", "--exists-action"),
        *("--install-option", "--global-option", "--build-option", "--use-feature", "--use-deprecated", "--report"),
        *("--proxy", "--client-cert", "--keyring-provider", "--resume-retries"),
    }
)
TAKES_VALUE = frozenset(
    {
        *("-r", "--requirement", "--requirements", "-c", "--constraint", "--constraints", "-e", "--editable"),
        *("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--cert"),
        *("--no-binary", "--only-binary", "--config-settings", "-C", "--platform", "--python-version", "--abi"),
        *("--implementation", "--group"),
    }
)
UNKNOWN_TO_UV = frozenset({"--platform", "--abi", "--implementation", "--python-version"})
FILES = ("-r", "--requirement", "--requirements")
EDITABLE = ("", "-e", "--editable")
"""Without an option a requirement is one that is not."""
COMMANDS = ("install", "uninstall", "list", "freeze", "show")
NEEDLESS = ("cache", "check", "completion", "config", "debug", "help", "inspect")
LARGEST = 1024 * 1024
LONGEST = 200
NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
EGG = re.compile(r"[#&]egg=([A-Za-z0-9._-]+)")


def main(config: str, name: str, arguments: list[str]) -> None:
    if name in SUPERUSER:
        become(without_sudo(arguments))
    if name in SYSTEM or name in SERVICES:
        refuse(name, arguments)
    with open(config, encoding="utf-8") as file:
        settings = json.load(file)
    pip(settings["uv"], settings["instead"], arguments)


def pip(uv: dict[str, list[str]], instead: dict[str, str], arguments: list[str]) -> None:
    command, asked = split(arguments)
    if command is None:
        say("pip: the platform's, which is uv")
        return
    if command in NEEDLESS:
        say(f"not done: pip {command}")
        return
    if command not in COMMANDS:
        sys.exit(f"pip {command} is not done: only {', '.join(COMMANDS)} are")
    wanted = []
    for option, value in asked:
        for package in packages(option, value):
            if package in instead:
                say(f"{package}: {instead[package]}")
        if not all_replaced(option, value, instead):
            wanted += for_uv(option, value)
    if command == "install" and not any(is_package(word) for word in wanted):
        return
    os.environ.pop("PYTHONPATH", None)  # what is built is to see what it asks for, and nothing else
    become([*uv[command], *wanted])


def split(arguments: list[str]) -> tuple[str | None, list[tuple[str, str]]]:
    """pip's command and, in order, its options with their values; a requirement is a value without an option."""
    command, asked = None, []
    words = iter(arguments)
    for word in words:
        option, equals, value = word.partition("=") if word.startswith("--") else attached(word)
        if not word.startswith("-") or word == "-":
            if command is None:
                command = word
            else:
                asked.append(("", word))
        elif option in DROPPED_WITH_VALUE or option in TAKES_VALUE:
            value = value if equals or value else next(words, "")
            if option not in DROPPED_WITH_VALUE and option not in UNKNOWN_TO_UV:
                asked.append((option, value))
        elif option not in DROPPED and word not in ("-V", "--version", "-h", "--help"):
            asked.append((word, ""))
    return command, asked


def attached(word: str) -> tuple[str, str, str]:
    """``-rfile`` is ``-r file``."""
    if len(word) > 2 and word[:2] in DROPPED_WITH_VALUE | TAKES_VALUE:
        return word[:2], "", word[2:]
    return word, "", ""


def for_uv(option: str, value: str) -> list[str]:
    if option in ("-e", "--editable") and "://" in value:
        return [value]  # uv makes only folders editable, and here nothing is, after all
    if option in ("--requirement", "--constraint"):
        return [f"{option}s", value]
    return [word for word in (option, value) if word]


def is_package(word: str) -> bool:
    return not word.startswith("-") or word in ("-r", "--requirements", "-e", "--editable", "--group")


def all_replaced(option: str, value: str, instead: dict[str, str]) -> bool:
    """Whether nothing of it is left to install; of files that name other files that is not seen."""
    if option in FILES:
        asked = [line.strip() for line in lines(value)]
        return all(not line or line.startswith("#") or name_of(line) in instead for line in asked) and bool(asked)
    return option in EDITABLE and name_of(value) in instead


def packages(option: str, value: str) -> Iterator[str]:
    """The names of what is asked for, as far as they can be told without reading it as pip does."""
    if option in FILES:
        for line in lines(value):
            yield name_of(line)
    elif option in EDITABLE:
        yield name_of(value)


def lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            return file.read(LARGEST).splitlines()
    except OSError:
        return []


def name_of(requirement: str) -> str:
    """In its canonical form (PEP 503); empty where it shows none."""
    egg = EGG.search(requirement)
    found = egg or (NAME.match(requirement) if "://" not in requirement.partition(" @ ")[0] else None)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""


def refuse(name: str, arguments: list[str]) -> None:
    asked = " ".join([name, *arguments])[:LONGEST]
    if name in SERVICES:
        say(f"not done: {asked}: the platform alone starts and stops things")
    elif any(word in arguments for word in ("install", "add", "-i", "-S", "--install")):
        say(f"not done: {asked}: a NodeServer cannot install packages of the system; it sees those of this machine")
    sys.exit(0)


def without_sudo(arguments: list[str]) -> list[str]:
    """The command behind sudo's own options and its NAME=VALUE words."""
    words = list(arguments)
    settings = []
    while words:
        word = words[0]
        if word == "--":
            words.pop(0)
            break
        if word.startswith("-"):
            words.pop(0)
            if word[1:2] in SUDO_TAKES_VALUE and len(word) == 2 and words:
                words.pop(0)
        elif re.match(r"[A-Za-z_]\w*=", word):
            settings.append(words.pop(0))
        else:
            break
    return ["env", *settings, *words] if words else ["true"]


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def become(command: list[str]) -> None:
    sys.stdout.flush()
    try:
        os.execvp(command[0], command)  # noqa: S606 - becoming the other program is what a shim is for
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
