"""Where the running parts of Utyug are: left in ``var/`` by the supervisor for everyone else on this machine."""

import json
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from adapters.errors import Misconfigured

FILE = "run.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Addresses:
    """Base addresses without a trailing slash."""

    server: str
    worker: str
    gateway: str

    @property
    def api(self) -> str:
        """Prefect's API."""
        return f"{self.server}/api"

    @property
    def health(self) -> dict[str, str]:
        """What to ask whether a part lives."""
        return {"server": f"{self.api}/health", "worker": f"{self.worker}/health", "gateway": f"{self.gateway}/health"}

    def leave(self, var_dir: Path) -> None:
        """Write them down, whole or not at all."""
        fresh = var_dir / f"{FILE}.new"
        fresh.write_text(json.dumps(asdict(self), indent=1))
        fresh.replace(var_dir / FILE)


def read_addresses(var_dir: Path) -> Addresses:
    """What the supervisor left.

    Raises:
        Misconfigured: it is not running.
    """
    left = var_dir / FILE
    if not left.exists():
        raise Misconfigured("Utyug не запущен: выполните `utyug up`.")
    return Addresses(**json.loads(left.read_text()))


def choose_port(host: str, port: int) -> int:
    """The port itself, or any free one for 0.

    Raises:
        Misconfigured: somebody else listens there.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise Misconfigured(f"Порт {port} уже занят: освободите его или задайте другой в настройках.") from None
        return int(probe.getsockname()[1])
