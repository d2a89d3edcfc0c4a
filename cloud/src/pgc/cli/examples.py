"""The bundled examples as the demo uses them."""

from dataclasses import dataclass
from pathlib import Path

from pgc.cli.trust import examples_folder


@dataclass(frozen=True, slots=True)
class Trial:
    """A command that the ISY sends, and the driver that it changes to the same value."""

    address: str
    command: str
    value: str
    uom: int
    driver: str


@dataclass(frozen=True, slots=True)
class Example:
    """`nodes` is how many it has when it is fully there; `trial` proves the way from the ISY to it and back."""

    folder: Path
    nodes: int
    trial: Trial | None = None


def bundled_examples() -> list[Example]:
    folder = examples_folder()
    return [
        Example(
            folder / "thermostat",
            nodes=2,
            trial=Trial(address="r_livingroom", command="CLISPH", value="23", uom=4, driver="CLISPH"),
        ),
        Example(folder / "weather", nodes=4),
    ]
