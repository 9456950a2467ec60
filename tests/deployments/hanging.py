"""A flow that works until it is killed."""

import os
import threading
from pathlib import Path

from prefect import flow


@flow(name="hanging")
def hanging(pid_file: str) -> None:
    Path(pid_file).write_text(str(os.getpid()))
    threading.Event().wait()
