"""The authors' test kit is no platform of its own: one script gives on both what is the same to see."""

from pathlib import Path

from pgc_interface import testing

from .contract import PROFILE, PROGRAM, SERVER, STEPS
from .home import Home
from .stages import KitStage, RealStage, Sight


def played_on_the_kit(folder: Path) -> tuple[list[Sight], list[str]]:
    with testing.Platform() as platform:
        stage = KitStage(platform, folder)
        return [stage.play(step) for step in STEPS], stage.remarks


async def test_one_script_gives_the_same_on_the_kit_and_on_the_platform(home: Home) -> None:
    folder = home.write("contract", PROGRAM, PROFILE, **SERVER)
    sights, remarks = played_on_the_kit(folder)
    nodeserver = await home.add(folder, slot=3)
    stage = RealStage(home, nodeserver)
    await home.start(nodeserver)
    for step, expected in zip(STEPS, sights, strict=True):
        sight = await stage.play(step, expected)
        for part in expected:
            assert sight[part] == expected[part], f"{part} after {step}"
    assert [remark for remark in remarks if remark not in stage.journal] == []
    assert len(remarks) >= 5, "the script is to be refused something"
