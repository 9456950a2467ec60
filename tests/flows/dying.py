"""Runs in processes of their own that kill themselves on the way, and whoever starts them."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from prefect.settings import PREFECT_API_URL

ROOT = Path(__file__).parents[2]


def die(*_given: Any, **_named: Any) -> None:
    """As by the power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


def run_and_die(module: str, *arguments: str) -> None:
    """``python -m module arguments…`` with our settings and Prefect's server, to its death; it must not live to its end."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PREFECT_API_URL": str(PREFECT_API_URL.value())}
    done = subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
