"""A whole profile, read file by file; what an ISY would refuse is an error, what it only stumbles on a warning."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pgc.profiles.editors import Editor, encoded, read_editors
from pgc.profiles.elements import BadXml, Document, read_document
from pgc.profiles.files import ProfileFile, ProfileKind
from pgc.profiles.findings import Findings
from pgc.profiles.nodedefs import NodeDef, read_nodedefs
from pgc.profiles.texts import Text, read_texts
from pgc_interface.wire import MAX_PROFILE_FILE

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}", re.ASCII)
_ROOTS = {ProfileKind.NODEDEF: "nodeDefs", ProfileKind.EDITOR: "editors"}
_NAME_PARTS = {ProfileKind.NODEDEF: "nodedef", ProfileKind.EDITOR: "editors", ProfileKind.NLS: "en_us"}
"""What clients of an ISY look for in a file's name."""
_NAMES = {ProfileKind.NODEDEF: "nodedefs.xml", ProfileKind.EDITOR: "editors.xml", ProfileKind.NLS: "en_us.txt"}


@dataclass(frozen=True, slots=True)
class Profile:
    """By id or key; `kinds` are those of which there are readable files."""

    nodedefs: dict[str, NodeDef] = field(default_factory=dict)
    editors: dict[str, Editor] = field(default_factory=dict)
    texts: dict[str, Text] = field(default_factory=dict)
    kinds: set[ProfileKind] = field(default_factory=set)

    def editor(self, editor_id: str) -> Editor | None:
        """The one defined here, or that the id describes by itself."""
        return self.editors.get(editor_id) or encoded(editor_id)


def read_profile(files: Iterable[ProfileFile], findings: Findings) -> Profile:
    profile = Profile()
    for file in files:
        read_file(file, profile, findings)
    return profile


def read_file(file: ProfileFile, profile: Profile, findings: Findings) -> None:
    """Adds to the profile what the file defines."""
    if not _NAME.fullmatch(file.name):
        mend = "Use letters, digits, dot, dash and underscore, 64 at most, as in nodedefs.xml."
        findings.error(file.path, 0, f"{file.name[:80]!r} is not a plain file name", mend)
        return
    if len(file.content) > MAX_PROFILE_FILE:
        findings.error(file.path, 0, f"it has more bytes than are taken; at most {MAX_PROFILE_FILE} are")
        return
    _check_client_name(file, findings)
    if file.kind is ProfileKind.NLS:
        profile.texts.update(read_texts(file, findings))
        profile.kinds.add(file.kind)
    elif document := _document(file, findings):
        profile.kinds.add(file.kind)
        _define(file, document, profile, findings)


def _define(file: ProfileFile, document: Document, profile: Profile, findings: Findings) -> None:
    if file.kind is ProfileKind.NODEDEF:
        for nodedef in read_nodedefs(file, document.root, findings):
            _tell_twice(nodedef, profile.nodedefs.setdefault(nodedef.id, nodedef), findings)
    else:
        for editor in read_editors(file, document.root, findings):
            _tell_twice(editor, profile.editors.setdefault(editor.id, editor), findings)


def _tell_twice(definition: NodeDef | Editor, first: NodeDef | Editor, findings: Findings) -> None:
    if first is not definition:
        place = f"{first.file}, line {first.line}"
        text = f'the id "{definition.id[:80]}" is defined before, in {place}; only one of them counts'
        findings.warn(definition.file, definition.line, text, "Rename or remove one of them.")


def _document(file: ProfileFile, findings: Findings) -> Document | None:
    try:
        document = read_document(file.content)
    except BadXml as error:
        findings.error(file.path, error.line, f"it is not well-formed XML: {error}", error.mend)
        return None
    root, wanted = document.root, _ROOTS[file.kind]
    if root.tag.lower() != wanted.lower():
        text = f"it begins with <{root.tag[:40]}>; an ISY wants <{wanted}> there"
        findings.error(file.path, root.line, text, f"Put the definitions into <{wanted}>…</{wanted}>.")
        return None
    if root.tag != wanted:
        text = f"it begins with <{root.tag}>; not every reader takes that"
        findings.warn(file.path, root.line, text, f"Write <{wanted}>.")
    if document.comment and file.kind is ProfileKind.NODEDEF:
        text = "a comment before the first element: PyISY, which Home Assistant uses, then finds no definitions"
        findings.warn(file.path, document.comment, text, f"Move it into <{wanted}>.")
    return document


def _check_client_name(file: ProfileFile, findings: Findings) -> None:
    part = _NAME_PARTS[file.kind]
    if part not in file.name.lower():
        text = f'its name has no "{part}" in it: PyISY, which Home Assistant uses, then does not read it'
        findings.warn(file.path, 0, text, f"Call it {_NAMES[file.kind]}.")
