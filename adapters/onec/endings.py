"""Where a file begins and ends, told by its bytes: 1C sends pieces without number, total or end mark."""

import re
import struct

END = struct.Struct("<4s4H2LH")
END64_LOCATOR = struct.Struct("<4sLQL")
END64 = struct.Struct("<4sQ2H2L4Q")
END_MARK, END64_LOCATOR_MARK, END64_MARK = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"
LONGEST_COMMENT = 0xFFFF
REACH_BYTES = END64_LOCATOR.size + END.size + LONGEST_COMMENT
"""How many of a file's first and last bytes tell everything this module is asked."""

_ROOT_REACH = 1024
_ROOT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?>(?:<\?.*?\?>\s*|<!--.*?-->\s*)*)<([^\s<>/!?]+)[\s>]", re.DOTALL)
_DECLARATION = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml\s")


def is_complete(kind: str, *, head: bytes, tail: bytes, size_bytes: int) -> bool:
    """Whether a file of this kind shows its own end; a picture never does.

    Args:
        kind: as `names.kind_of` says.
        head: its first bytes.
        tail: its last bytes, `REACH_BYTES` of them where it has so many.
        size_bytes: its size so far.
    """
    if kind == "archive":
        return is_whole_zip(tail, size_bytes)
    return kind == "xml" and is_closed_document(head, tail)


def is_closed_document(head: bytes, tail: bytes) -> bool:
    """Whether a document has closed the very root it opened, in whatever encoding; an inner element closing at the end does not count."""
    if (root := _ROOT.match(head)) is None:
        return False
    closing = re.compile(rb"</" + re.escape(root[1]) + rb"\s*>(?>(?:\s|<!--.*?-->)*)\Z", re.DOTALL)
    return closing.search(tail[-_ROOT_REACH:]) is not None


def opens_document(head: bytes, *, known_head: bytes) -> bool:
    """Whether a piece that begins so can only be the first one of the document whose head is known: a document opens once."""
    if _DECLARATION.match(head):
        return True
    known, found = _ROOT.match(known_head), _ROOT.match(head)
    return known is not None and found is not None and known[1] == found[1]


def is_whole_zip(tail: bytes, size_bytes: int) -> bool:
    """Whether a zip is there up to its very last byte.

    The end record must close the file and its arithmetic must agree with the size, so that such bytes inside a picture or a
    stored member do not pass for an end.
    """
    at = tail.rfind(END_MARK)
    if at < 0 or len(tail) - at < END.size:
        return False
    *_, directory_bytes, directory_at, comment_bytes = END.unpack_from(tail, at)
    if len(tail) - at != END.size + comment_bytes:
        return False
    if 0xFFFFFFFF in {directory_bytes, directory_at}:
        return tail[max(0, at - END64_LOCATOR.size) : at].startswith(END64_LOCATOR_MARK)
    return bool(directory_at + directory_bytes == size_bytes - END.size - comment_bytes)
