"""`python -m tests.models [PART …]`: the models at their wide sizes, each rule kept; prints and writes ``var/models.json``.

The tests explore the same models small, so that they stay quick. Here one market has up to a million states and more, for which one core
needs about half an hour and two gigabytes. A PART is a piece of the names printed: ``python -m tests.models A13r B`` renews those in the
file.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.models.bundles import Bundles
from tests.models.markets import WIDE, WIDE_ONEC, WIDE_SHOPS, WIDE_TIMED
from tests.models.offers import Model
from tests.models.onec import Model as OneC
from tests.models.search import explore
from tests.models.timed import Model as Timed

MOST_STATES = 4_000_000
KEPT_IN = Path("var/models.json")

MODELS: dict[str, Callable[[], Any]] = {
    **{name: partial(Model, market) for name, market in WIDE.items()},
    **{name: partial(Bundles, shop) for name, shop in WIDE_SHOPS.items()},
    **{name: partial(OneC, world) for name, world in WIDE_ONEC.items()},
    **{name: partial(Timed, clockwork) for name, clockwork in WIDE_TIMED.items()},
}


def search(name: str) -> dict[str, Any]:
    """One model to its end."""
    model = MODELS[name]()
    began = time.perf_counter()
    states, trace = explore(model.start(), model.steps, model.fault, limit=MOST_STATES)
    return {"states": states, "seconds": round(time.perf_counter() - began, 1), "hole": trace}


def main(parts: list[str]) -> int:
    """Returns how many holes are known."""
    found: dict[str, Any] = json.loads(KEPT_IN.read_text(encoding="utf-8")) if parts and KEPT_IN.exists() else {}
    for name in MODELS:
        if not parts or any(part in name for part in parts):
            found[name] = search(name)
            verdict = "SAFE" if found[name]["hole"] is None else " > ".join(found[name]["hole"])
            print(f"{name:75s} {found[name]['states']:9d} states {found[name]['seconds']:7.1f} s  {verdict}", flush=True)
            KEPT_IN.parent.mkdir(exist_ok=True)
            KEPT_IN.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return sum(one["hole"] is not None for one in found.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
