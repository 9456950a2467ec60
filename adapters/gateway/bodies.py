"""The body of an upload, taken whole or not at all, in bounded memory."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, cast

from starlette.requests import ClientDisconnect, Request

from adapters.gateway.threads import Threads

WRITE_BYTES = 1 << 20
SILENCE_S = 180.0


class BodyRefused(Exception):
    """The body cannot be taken; nothing of it is kept.

    Args:
        sentence: for the 1C user.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Spool:
    """A body on disk.

    Args:
        file: its bytes, readable from the start.
        size_bytes: how many.
    """

    def __init__(self, file: BinaryIO, size_bytes: int) -> None:
        self.file = file
        self.size_bytes = size_bytes

    def head(self, size_bytes: int) -> bytes:
        """The first bytes; the place of reading is left at the start."""
        self.file.seek(0)
        found = self.file.read(size_bytes)
        self.file.seek(0)
        return found

    def tail(self, size_bytes: int) -> bytes:
        """The last bytes; the place of reading is left at the start."""
        self.file.seek(max(0, self.size_bytes - size_bytes))
        found = self.file.read(size_bytes)
        self.file.seek(0)
        return found


@asynccontextmanager
async def spooled(request: Request, *, folder: Path, max_bytes: int, threads: Threads) -> AsyncIterator[Spool]:
    """Take the whole body into a nameless file that vanishes with the block.

    Args:
        request: whose body is unread.
        folder: where the file lies.
        max_bytes: more than this is refused: before reading where Content-Length says so, else at the byte too many.
        threads: where the disk is written, so that a slow disk holds nobody up.

    Raises:
        BodyRefused: too large, cut short by the client, or silent for too long.
    """
    promised = _promised_bytes(request)
    if promised is not None and promised > max_bytes:
        raise _too_large(max_bytes)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder, buffering=WRITE_BYTES) as opened:
        file = cast("BinaryIO", opened)
        taken_bytes = await _pour(request, file, max_bytes, threads)
        if promised is not None and taken_bytes != promised:
            raise BodyRefused("Часть файла пришла не целиком и отброшена: повторите обмен.")
        await threads.heavy(file.flush)
        yield Spool(file, taken_bytes)


async def _pour(request: Request, file: BinaryIO, max_bytes: int, threads: Threads) -> int:
    taken_bytes, gathered = 0, bytearray()
    pieces = aiter(request.stream())
    try:
        while True:
            async with asyncio.timeout(SILENCE_S):
                piece = await anext(pieces, None)
            if piece is None:
                break
            taken_bytes += len(piece)
            if taken_bytes > max_bytes:
                raise _too_large(max_bytes)
            gathered += piece
            if len(gathered) >= WRITE_BYTES:
                await threads.heavy(file.write, bytes(gathered))
                gathered.clear()
    except ClientDisconnect:
        raise BodyRefused("Связь оборвалась посреди файла: его часть отброшена, повторите обмен.") from None
    except TimeoutError:
        raise BodyRefused("1С замолчала посреди файла: его часть отброшена, повторите обмен.") from None
    await threads.heavy(file.write, bytes(gathered))
    return taken_bytes


def _promised_bytes(request: Request) -> int | None:
    given = request.headers.get("content-length", "")
    return int(given) if given.isdecimal() else None


def _too_large(max_bytes: int) -> BodyRefused:
    return BodyRefused(
        f"Файл больше {max_bytes // 1_000_000 or 1} МБ в одной передаче и не принят. Уменьшите размер порции или включите "
        "разбиение файлов в настройках обмена 1С."
    )
