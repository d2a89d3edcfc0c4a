"""The owner and the NodeServer edit the same maps at once: every edit is there at the end, on both sides."""

import asyncio

from pgc_interface import wire

from .home import PATIENCE, Home
from .programs import program

OWNERS, QUICK = 50, 100
EDITS = program("""
    class Mine(Controller):
        def __init__(self, poly):
            super().__init__(poly)
            self.go = threading.Event()
            poly.onConfig(self.hear)

        def hear(self, config):
            params = config["customParams"]
            if "go" in params:
                self.go.set()
            if len(params) == 152 and config["notices"] == {"theirs": "x", "mine 99": "x"}:
                print("sees all", flush=True)

        def start(self):
            self.go.wait()
            for n in range(100):
                self.addCustomParam({"mine %d" % n: n})
                self.addNotice({"mine %d" % n: "x"})
                self.removeNotice("mine %d" % (n - 1))
                if n % 10 == 0:
                    params = dict(self.polyConfig["customParams"])
                    time.sleep(0.002)
                    params["whole"] = n
                    self.poly.saveCustomParams(params)
            self.saveCustomData({}, wait=True)
            print("all is saved", flush=True)
""")


async def test_edits_of_both_survive_each_other(home: Home) -> None:
    nodeserver = await home.run("edits", EDITS)

    async def edit(**changed: object) -> None:
        patch = wire.Upstream(patchparams=wire.Patch(set=changed))
        await home.platform.manager.change(nodeserver.worker, patch)

    await edit(go=1)
    async with asyncio.timeout(PATIENCE):
        for n in range(OWNERS):
            await edit(**{f"theirs {n}": n})
        shown = wire.Upstream(addnotice=wire.Notice(key="theirs", value="x"))
        await home.platform.manager.change(nodeserver.worker, shown)
    await home.said(nodeserver, "all is saved")
    await home.said(nodeserver, "sees all")
    theirs, mine = ({f"{who} {n}": n for n in range(count)} for who, count in (("theirs", OWNERS), ("mine", QUICK)))
    assert nodeserver.saved.params == {"go": 1, **theirs, **mine, "whole": 90}
    assert nodeserver.saved.notices == {"theirs": "x", "mine 99": "x"}
