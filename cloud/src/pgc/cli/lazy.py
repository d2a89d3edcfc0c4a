"""Commands that are imported when they are called: some bring in the whole platform, and others are for every save of a
file."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


class Member(NamedTuple):
    """`where` names the command's function, or a group's Typer, as ``module:name``; `help` is its line in the list."""

    where: str
    help: str


class LazyGroup(TyperGroup):
    """A group of the `members` by name: their stand-ins are listed, and the one that is called is loaded."""

    members: ClassVar[Mapping[str, Member]] = {}

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, member in self.members.items():
            self.add_command(TyperCommand(name, help=member.help))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, stand_in, rest = super().resolve_command(ctx, args)
        return name, _loaded(name, self.members[name]) if name else stand_in, rest


def _loaded(name: str, member: Member) -> Any:
    module, _, attribute = member.where.partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        return get_command(found)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name)(found)
    return get_command(alone)
