"""What `/1c/exchange` may answer, byte by byte.

1C reads the body and only logs the status, so every answer is 200. The first line is a word of the protocol; a byte order mark, a
redirect or a page of HTML in its place stops the whole export (`reference/commerceml.md` §1.2).
"""

import asyncio
import unicodedata
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

LINGER_S = 30.0


def success(*lines: str) -> Response:
    """`success`, and lines that 1C writes into its log."""
    return _text("success", *map(one_line, lines))


def progress(sentence: str) -> Response:
    """`progress`: ask again."""
    return _text("progress", one_line(sentence))


def failure(sentence: str) -> Response:
    """`failure` and the sentence that the 1C user sees in the log."""
    return _text("failure", one_line(sentence))


def without_body(answer: Response, heard: "Heard") -> Response:
    """The same answer, whether or not the request's body was read to its end.

    It leaves at once; what the client still sends is thrown away for a while, because a connection closed against a client
    that is writing reaches it as a broken line, and the sentence is lost.
    """
    return answer if heard.is_over else _Lingering(answer.body, status_code=answer.status_code, headers=dict(answer.headers))


def greeting(cookie: str, value: str, *extra: str) -> Response:
    """The answer to `checkauth`: 1C builds the Cookie header from lines 2 and 3 by hand."""
    return _text("success", cookie, value, *extra)


def terms(*, is_zip: bool, file_limit_bytes: int, extra: tuple[str, ...] = ()) -> Response:
    """The answer to `init`: exactly two lines without a newline at the end, or УТ takes no parameters at all."""
    return _text(f"zip={'yes' if is_zip else 'no'}", f"file_limit={file_limit_bytes}", *extra)


def document(body: bytes, *, charset: str = "utf-8") -> Response:
    """An XML document; it begins with its declaration, nothing before it."""
    return Response(body, headers=_headers(f"text/xml; charset={charset}"))


def nothing() -> Response:
    """An empty answer to HEAD."""
    return Response(b"", headers=_headers("text/plain; charset=utf-8"))


def one_line(sentence: str) -> str:
    """The sentence without line breaks and unseen characters, which XML logs of 1C cannot hold."""
    spaced = "".join(" " if character.isspace() else character for character in sentence)
    return " ".join("".join(c for c in spaced if unicodedata.category(c) != "Cc").split(" ")).strip()


def _text(*lines: str) -> Response:
    return Response(_body(*lines), headers=_headers("text/plain; charset=utf-8"))


def _body(*lines: str) -> bytes:
    return "\n".join(line for line in lines if line).encode()


def _headers(content_type: str) -> dict[str, str]:
    return {"content-type": content_type, "cache-control": "no-store"}


class Heard:
    """A request's channel that remembers whether the client has said everything."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.is_over = False

    async def __call__(self) -> Message:
        """The next message."""
        message = await self._receive()
        self.is_over = self.is_over or not message.get("more_body", False)
        return message


class _Lingering(Response):
    """Answers at once and lets the client finish talking before the connection may close."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while (await receive()).get("more_body", False):
                    pass
        await send({"type": "http.response.body", "body": b"", "more_body": False})
