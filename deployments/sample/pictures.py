"""Small pictures of goods: a square of one colour is enough to be a PNG."""

import struct
import zlib
from hashlib import sha256
from pathlib import Path

SIDE = 24


def write_picture(folder: Path, name: str) -> Path:
    """A PNG whose colour follows from its name; ``name`` is the path that «Картинка» gives."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_png(sha256(name.encode()).digest()[:3]))
    return path


def _png(colour: bytes) -> bytes:
    rows = (b"\0" + colour * SIDE) * SIDE
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
