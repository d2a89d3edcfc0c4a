"""`pgc serve`: the platform on the user's data folder, until Ctrl-C."""

from pgc.cli.configured import load_settings
from pgc.cli.output import console, say
from pgc.cli.running import Interrupts, run_command
from pgc.platform import Platform
from pgc.sandbox.probe import probe


def serve() -> None:
    """Run the platform: its NodeServers start with it, and its API listens."""

    async def run(interrupts: Interrupts) -> None:
        settings = load_settings()
        sandbox = await probe()
        say(f"Isolation: {sandbox.reason}")
        async with Platform(settings, sandbox) as platform:
            console.print(f"API at {platform.api_url}/docs", markup=False)
            console.print(f"  token in {settings.data_folder / 'api-token'}", markup=False, soft_wrap=True)
            console.print(f"{len(platform.manager.all())} NodeServers; Ctrl-C stops them and the platform")
            await interrupts.wait()

    run_command(run)
