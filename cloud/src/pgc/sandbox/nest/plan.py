"""What the nest is told, read from its words."""

from __future__ import annotations


class Group:
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.bounds: list[tuple[str, str]] = []


class Plan:
    def __init__(self, words: list[str]) -> None:
        self.network = "shared"
        self.slirp = ""
        self.socket = ""
        self.through: list[str] = []
        self.control: int | None = None
        self.groups: list[Group] = []
        self.limits: list[tuple[str, int]] = []
        for word in words:
            name, _, value = word.partition("=")
            self._take(name, value)

    def _take(self, name: str, value: str) -> None:
        match name:
            case "network" | "slirp" | "socket":
                setattr(self, name, value)
            case "through":
                self.through.append(value)
            case "control":
                self.control = int(value)
            case "group":
                self.groups.append(Group(value))
            case "bound":
                file, _, bound = value.partition("=")
                self.groups[-1].bounds.append((file, bound))
            case _:
                self.limits.append((name, int(value)))
