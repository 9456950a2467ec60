"""A local SMTP server that keeps what it is sent."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from deployments.processes import await_until


class Mailbox:
    def __init__(self, port: int) -> None:
        self.port = port
        self.letters: list[EmailMessage] = []
        self.is_refusing = False

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.is_refusing:
            return "451 try again later"
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?mode=insecure&from=utyug@shop.test&to=owner@shop.test"

    @property
    def subjects(self) -> list[str]:
        return [str(letter["Subject"]) for letter in self.letters]

    @property
    def texts(self) -> list[str]:
        return [text_of(letter) for letter in self.letters]

    def wait_for(self, words: str, *, timeout_s: float) -> str:
        """The first letter that holds the words."""
        assert await_until(lambda: any(words in text for text in self.texts), timeout_s=timeout_s), self.subjects
        return next(text for text in self.texts if words in text)


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain", "html"))
    assert body is not None
    return f"{letter['Subject']}\n{body.get_content()}"


@contextmanager
def opened_mailbox() -> Iterator[Mailbox]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    mailbox = Mailbox(port)
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
