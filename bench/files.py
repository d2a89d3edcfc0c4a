"""A benchmark's report as files: JSON to compare with, a Markdown table to read, a plot to see."""

from pathlib import Path

import msgspec

from bench.figures import Report
from bench.plot import draw
from bench.table import table


def write(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    data = msgspec.json.format(msgspec.json.encode(report), indent=1)
    (folder / f"{report.benchmark}.json").write_bytes(data + b"\n")
    (folder / f"{report.benchmark}.md").write_text(table(report))
    draw(report, folder / f"{report.benchmark}.png")


def read(name: str, folder: Path) -> Report | None:
    """The report that was stored there; None if there is none."""
    file = folder / f"{name}.json"
    return msgspec.json.decode(file.read_bytes(), type=Report) if file.exists() else None
