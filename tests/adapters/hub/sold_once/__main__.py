"""The long run: ``python -m tests.adapters.hub.sold_once --examples 2000``, on a PostgreSQL of its own."""

import argparse
import tempfile
from pathlib import Path

from adapters.hub.hub import Hub
from adapters.hub.migrate import migrate
from deployments.postgres import EmbeddedPostgres
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.hub.sold_once.play import play


def main() -> None:
    """Play as long as told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=60)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder), options=("fsync=off", "synchronous_commit=off", "full_page_writes=off"))
        url = server.start()
        try:
            migrate(url)
            with Hub(url, clock=HandClock()) as hub:
                play(hub, examples=told.examples, steps=told.steps, is_random=True)
        finally:
            server.discard()


if __name__ == "__main__":
    main()
