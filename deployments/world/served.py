"""The world over real HTTP, for as long as a block lasts."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI


class _Server(uvicorn.Server):
    """Says when it listens, and on which port."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = threading.Event()
        self.port = 0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self.port = self.servers[0].sockets[0].getsockname()[1]
        self.is_ready.set()


@contextmanager
def served(world: FastAPI, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The world's address while the block lasts.

    Args:
        world: what `make_world` made.
        host: address to listen at.
        port: 0 for any free one.

    Raises:
        RuntimeError: it could not start.
    """
    server = _Server(uvicorn.Config(world, host=host, port=port, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, name="world", daemon=True)
    thread.start()
    if not server.is_ready.wait(20) or not server.started:
        raise RuntimeError(f"The world does not listen at {host}:{port}")
    try:
        yield f"http://{host}:{server.port}"
    finally:
        server.should_exit = True
        thread.join(10)
