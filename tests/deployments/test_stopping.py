import os
import signal
import subprocess
import sys

import pytest

from deployments.stopping import Stop

WAITS = "from deployments.stopping import Stop; stop = Stop(); stop.heed(); print('waits', flush=True); stop.wait()"
WORKS = """
import os, signal
from deployments.stopping import Stop
stop = Stop()
stop.heed()
os.kill(os.getpid(), signal.SIGTERM)
print("finished the step", flush=True)
stop.wait()
print("never said")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_waiting_ends_at_once(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", WAITS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        process.send_signal(number)
        assert process.wait(30) == 0


def test_a_step_under_way_is_finished_first() -> None:
    done = subprocess.run([sys.executable, "-c", WORKS], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "finished the step\n"


def test_a_second_request_does_not_wait_for_the_step() -> None:
    twice = WORKS.replace("print(", "os.kill(os.getpid(), signal.SIGTERM); print(", 1)
    done = subprocess.run([sys.executable, "-c", twice], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == ""


def test_nothing_is_interrupted_that_was_not_asked_to_stop() -> None:
    stop = Stop()
    with stop.interrupts():
        assert os.getpid() > 0
    assert not stop.is_requested
