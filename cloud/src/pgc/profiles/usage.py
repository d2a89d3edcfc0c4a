"""A NodeServer's code against its profile: what its nodes have and send is defined, what the ISY offers is handled.

Code may do at run time what its source does not show, so all that is found here is a warning.
"""

from pgc.profiles.code import Code, NodeClass, Place
from pgc.profiles.findings import Findings, shown
from pgc.profiles.nodedefs import NodeDef
from pgc.profiles.profile import Profile
from pgc_interface.rules.addresses import check
from pgc_interface.rules.errors import BadAddress


def check_usage(code: Code, profile: Profile, findings: Findings) -> None:
    for address, place in code.addresses:
        _check_address(address, place, findings)
    if not profile.nodedefs:
        return
    for node in code.nodes:
        if nodedef := _nodedef(node, profile, findings):
            _check_drivers(node, nodedef, profile, findings)
            _check_commands(node, nodedef, findings)


def _check_address(address: str, place: Place, findings: Findings) -> None:
    try:
        check(address)
    except BadAddress as error:
        findings.warn(place.file, place.line, str(error), "Choose an address of at most 14 of a to z, 0 to 9 and _.")


def _nodedef(node: NodeClass, profile: Profile, findings: Findings) -> NodeDef | None:
    nodedef = profile.nodedefs.get(node.id)
    if node.id and nodedef is None:
        text = f"the class {node.name} has the id {shown(node.id)}, and no nodedef has: an ISY cannot show such a node"
        mend = f'Add <nodeDef id="{node.id[:40]}"> to profile/nodedef/, or give the class the id of one that is there.'
        findings.warn(node.place.file, node.place.line, text, mend)
    return nodedef


def _check_drivers(node: NodeClass, nodedef: NodeDef, profile: Profile, findings: Findings) -> None:
    editors = {driver.id: driver.editor for driver in nodedef.drivers}
    for name, (uom, place) in (node.drivers or {}).items():
        if name not in editors:
            text = f"the driver {shown(name)} of {node.name} is not in the nodedef {shown(nodedef.id)}"
            mend = f'Add <st id="{name[:40]}" editor="…"/> to its <sts>, or leave the driver out.'
            findings.warn(place.file, place.line, f"{text}: an ISY does not show it", mend)
            continue
        editor = profile.editor(editors[name])
        if uom and editor and editor.uoms and uom not in editor.uoms:
            known = ", ".join(sorted(editor.uoms))
            text = f"the driver {shown(name)} of {node.name} has uom {uom}; its editor {shown(editor.id)} knows {known}"
            findings.warn(
                place.file, place.line, text, f"Add a range for uom {uom} to the editor, or use one that it has."
            )


def _check_commands(node: NodeClass, nodedef: NodeDef, findings: Findings) -> None:
    accepted = {command.id: command for command in nodedef.accepts}
    for name, place in (node.commands or {}).items():
        if name not in accepted:
            text = f"the command {shown(name)} of {node.name} is not in the nodedef {shown(nodedef.id)}"
            mend = f'Add <cmd id="{name[:40]}"/> to its <accepts>, or remove it from commands.'
            findings.warn(place.file, place.line, f"{text}: an ISY does not offer it", mend)
    if node.commands is not None:
        for name, command in accepted.items():
            if name and name not in node.commands:
                text = f"the nodedef {shown(nodedef.id)} offers the command {shown(name)}, and {node.name} has none"
                mend = f"Add it to the commands of {node.name}, or remove it from <accepts>."
                findings.warn(nodedef.file, command.line, f"{text}: pressing it does nothing", mend)
    sent = {command.id for command in nodedef.sends}
    for name, place in node.sends.items():
        if name not in sent:
            text = f"{node.name} sends the command {shown(name)}, which the nodedef {shown(nodedef.id)} does not name"
            findings.warn(place.file, place.line, text, f'Add <cmd id="{name[:40]}"/> to its <sends>.')
