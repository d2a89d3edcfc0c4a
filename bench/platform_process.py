"""``python -m bench.platform_process``: the platform as ``pgc serve`` runs it, on the runtime of :mod:`bench.crowd`."""

from bench.crowd import CrowdRuntime, start_crowd
from pgc.cli.configured import load_settings
from pgc.cli.running import Interrupts, run_command
from pgc.platform import Platform
from pgc.sandbox.probe import probe


async def _serve(interrupts: Interrupts) -> None:
    settings, sandbox = load_settings(), await probe()
    crowd = await start_crowd()
    async with Platform(settings, sandbox, CrowdRuntime(sandbox, crowd)):
        await interrupts.wait()
    crowd.terminate()
    await crowd.wait()


if __name__ == "__main__":
    run_command(_serve)
