"""The reader and the judgement against a bare pass of the same parser over the same files."""

from pathlib import Path
from typing import Any

from lxml import etree

from adapters.onec.reader import Reading
from tasks.rules.intake import judged
from tests.bench.export import write_big
from tests.bench.measure import Result, alone, run_step

FOLDER = Path("var/bench/export")


def bench() -> Result:
    """Reader to validated frames: ratio of seconds to `lxml.etree.iterparse`; peak memory, and of twice the file."""
    names = [str(path) for path in write_big(FOLDER / "once")]
    twice = [str(path) for path in write_big(FOLDER / "twice", products=200_000, offers=600_000)]
    floor = alone(__name__, "floor", *names)
    ours = alone(__name__, "ours", *names)
    doubled = alone(__name__, "ours", *twice)
    return Result(
        name="parse",
        ratio=round(ours["seconds"] / floor["seconds"], 3),
        floor="a bare lxml.etree.iterparse pass over the same files, elements cleared",
        aim="ratio <= 2.0, peak <= 400 MB, flat when the file doubles",
        figures={
            "megabytes": round(sum(Path(name).stat().st_size for name in names) / 1e6),
            "floor_seconds": round(floor["seconds"], 2),
            "seconds": round(ours["seconds"], 2),
            "rows": ours["rows"],
            "refused": ours["refused"],
            "peak_mb": round(ours["peak_mb"]),
            "peak_mb_doubled": round(doubled["peak_mb"]),
            "seconds_doubled": round(doubled["seconds"], 2),
        },
    )


def floor(*names: str) -> dict[str, Any]:
    """Nothing but the parser's own events."""
    elements = 0
    for name in names:
        for _, element in etree.iterparse(name):
            elements += 1
            element.clear()
    return {"elements": elements}


def ours(*names: str) -> dict[str, Any]:
    """Reader to validated frames."""
    rows = refused = 0
    for name in names:
        for _, judgement in judged(Reading(Path(name))):
            rows += judgement.passed.height
            refused += judgement.refused.height
    return {"rows": rows, "refused": refused}


if __name__ == "__main__":
    run_step({"floor": floor, "ours": ours})
