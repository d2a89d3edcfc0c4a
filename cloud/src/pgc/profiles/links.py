"""The files of a profile against each other: every editor, list and name that one of them speaks of is there."""

from collections.abc import Iterator

from pgc.profiles.editors import LIST, Editor, Range
from pgc.profiles.files import ProfileKind
from pgc.profiles.findings import Findings, listed, shown
from pgc.profiles.nodedefs import Command, NodeDef
from pgc.profiles.profile import Profile

OWN_NAMES = frozenset(
    {
        "BEEP", "BL", "BMAN", "BRT", "CLIEMD", "CLIFS", "CLIMD", "CLISMD", "CLISPC", "CLISPH", "DFOF", "DFON",
        "DIM", "DOF", "DON", "FDDOWN", "FDSTOP", "FDUP", "MODE", "OL", "QUERY", "RESET", "RR", "SECMD",
        "SMAN", "X10",
    }
)  # fmt: skip
"""Commands that an ISY has names for by itself."""
_LONGEST_LIST = 500


def check_links(profile: Profile, findings: Findings) -> None:
    """A kind of which there is no file is left out: many NodeServers write theirs when they run."""
    if ProfileKind.EDITOR in profile.kinds:
        for nodedef in profile.nodedefs.values():
            _check_editors(nodedef, profile, findings)
    for nodedef in profile.nodedefs.values():
        _check_inits(nodedef, findings)
    if ProfileKind.NLS in profile.kinds:
        for nodedef in profile.nodedefs.values():
            _check_names(nodedef, profile, findings)
        for editor in profile.editors.values():
            _check_lists(editor, profile, findings)


def _check_editors(nodedef: NodeDef, profile: Profile, findings: Findings) -> None:
    for user, editor_id, line in _editor_users(nodedef):
        if editor_id and profile.editor(editor_id) is None:
            text = f"{user} of {shown(nodedef.id)} has the editor {shown(editor_id)}, which is in no editor file"
            mend = f'Add <editor id="{editor_id[:40]}"> to profile/editor/, or name one that is there.'
            findings.warn(nodedef.file, line, f"{text}: an ISY cannot show it", mend)


def _editor_users(nodedef: NodeDef) -> Iterator[tuple[str, str, int]]:
    for driver in nodedef.drivers:
        yield f"the driver {shown(driver.id)}", driver.editor, driver.line
    for command in (*nodedef.sends, *nodedef.accepts):
        for param in command.params:
            yield f"a parameter of the command {shown(command.id)}", param.editor, param.line


def _check_inits(nodedef: NodeDef, findings: Findings) -> None:
    """Numbers are let pass: some write the first value itself there."""
    for command in (*nodedef.sends, *nodedef.accepts):
        unknown = {param.init for param in command.params} - nodedef.driver_ids
        names = ", ".join(shown(name) for name in sorted(unknown) if name and not name.isdigit())
        if names:
            text = f"the command {shown(command.id)} of {shown(nodedef.id)} is filled in from {names}: no driver of it"
            findings.warn(nodedef.file, command.line, text, "Name its drivers in init, or leave init out.")


def _check_names(nodedef: NodeDef, profile: Profile, findings: Findings) -> None:
    """One finding a nodedef: its nodes show bare ids where a name is missing."""
    missing = [key for key, others in _name_keys(nodedef) if not any(each in profile.texts for each in (key, *others))]
    if missing:
        text = f"no NLS file has {listed(missing)}: an ISY shows bare ids for the nodedef {shown(nodedef.id)} there"
        findings.warn(
            nodedef.file, nodedef.line, text, f"Add a line such as {missing[0]} = … to profile/nls/en_us.txt."
        )


def _name_keys(nodedef: NodeDef) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The key of each name, and those that stand in for it."""
    yield f"ND-{nodedef.id}-NAME", (f"NDN-{nodedef.nls}-NAME",)
    for driver in nodedef.drivers:
        yield _key("ST", nodedef.nls, driver.id), (f"ST-{driver.id}-NAME",)
    for command in _distinct(*nodedef.sends, *nodedef.accepts):
        if command.id not in OWN_NAMES:
            yield _key("CMD", nodedef.nls, command.id), (f"CMD-{command.id}-NAME",)


def _key(kind: str, nls: str, name: str) -> str:
    return f"{kind}-{nls}-{name}-NAME" if nls else f"{kind}-{name}-NAME"


def _distinct(*commands: Command) -> list[Command]:
    return list({command.id: command for command in commands if command.id}.values())


def _check_lists(editor: Editor, profile: Profile, findings: Findings) -> None:
    for part in editor.ranges:
        keys = (f"{part.nls}-{index}" for index in _indexes(part))
        missing = listed(key for key in keys if key not in profile.texts)
        if missing:
            text = f"the editor {shown(editor.id)} lists values without a name: no NLS file has {missing}"
            findings.warn(
                editor.file, part.line, text, f"Add a line such as {part.nls}-… = … to profile/nls/en_us.txt."
            )


def _indexes(part: Range) -> Iterator[int]:
    """The listed values that an ISY shows by name; none if the list is not a list of words."""
    if part.nls and part.uom == str(LIST) and sum(last - first + 1 for first, last in part.spans) <= _LONGEST_LIST:
        for first, last in part.spans:
            yield from range(first, last + 1)
