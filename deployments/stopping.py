"""SIGTERM and SIGINT as a request: the step under way is finished, waiting ends at once."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """The request to stop, for the main thread of a process. A second signal does not wait for the step either."""

    def __init__(self) -> None:
        self.is_requested = False
        self._is_waiting = False

    def heed(self) -> None:
        """Take SIGTERM and SIGINT as the request."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._request)

    @contextmanager
    def interrupts(self) -> Iterator[None]:
        """A block that may be left in the middle: by SystemExit when the request comes, or has come before."""
        self._is_waiting = True
        try:
            if self.is_requested:
                raise SystemExit(0)
            yield
        finally:
            self._is_waiting = False

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait; raises SystemExit when the request comes."""
        with self.interrupts():
            threading.Event().wait(timeout_s)

    def _request(self, _number: int, _frame: FrameType | None) -> None:
        was_requested, self.is_requested = self.is_requested, True
        if self._is_waiting or was_requested:
            raise SystemExit(0)
