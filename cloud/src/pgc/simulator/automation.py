"""Programs and variables: this ISY has none of its own, and says so in the shapes that clients read."""

from pgc.simulator.documents import document

_LISTS = {"1": "VAR_INT", "2": "VAR_STATE"}
"""Integer and state variables."""


def programs() -> bytes:
    """The folder that every ISY has."""
    folder = '<program id="0001" status="true" folder="true"><name>My Programs</name></program>'
    return document(f"<programs>{folder}</programs>")


def variable_names(kind: str) -> bytes:
    """`kind` is 1 or 2. Without a line break, as in PyISY's list of answers that say there are none."""
    return document(f'<CList type="{_LISTS[kind]}"></CList>', line_break="")


def variables() -> bytes:
    """Without a line break: clients paste the answers for both kinds together and look for just that."""
    return document("<vars></vars>", line_break="")
