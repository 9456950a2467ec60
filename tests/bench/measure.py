"""What every bench shares: a result with its floor and aim, and a step measured in a process of its own."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

OUT = Path("var/bench")


@dataclass(frozen=True, kw_only=True)
class Result:
    """One bench: ``ratio`` against ``floor`` measured in the same run, and what it was to be."""

    name: str
    ratio: float
    floor: str
    aim: str
    figures: dict[str, Any] = field(default_factory=dict)

    def keep(self) -> Path:
        """Write ``var/bench/<name>.json``."""
        OUT.mkdir(parents=True, exist_ok=True)
        path = OUT / f"{self.name}.json"
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n")
        return path


def alone(module: str, step: str, *arguments: str) -> dict[str, Any]:
    """Run a step of a bench module in a fresh process; its answer with ``seconds`` and ``peak_mb`` beside."""
    done = subprocess.run([sys.executable, "-m", module, step, *arguments], check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def run_step(steps: dict[str, Callable[..., dict[str, Any]]]) -> None:
    """The other end of `alone`: run the step named on the command line and print its answer."""
    began = time.perf_counter()
    answer = steps[sys.argv[1]](*sys.argv[2:])
    seconds = time.perf_counter() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "peak_mb": peak_mb} | answer) + "\n")
