"""XML as 1C prints it: a byte order mark, tabs, CRLF, empty elements closed at once."""

import html
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path


class Markup:
    """Lines of one file, written at the end."""

    def __init__(self) -> None:
        self._lines = ['<?xml version="1.0" encoding="UTF-8"?>']
        self._depth = 0

    @contextmanager
    def inside(self, tag: str, **attributes: str) -> Iterator[None]:
        """Everything written meanwhile is inside this element."""
        self._line(f"<{tag}{_written(attributes)}>")
        self._depth += 1
        yield
        self._depth -= 1
        self._line(f"</{tag}>")

    def leaf(self, tag: str, text: str = "", **attributes: str) -> None:
        """An element with text or nothing inside."""
        head = f"{tag}{_written(attributes)}"
        self._line(f"<{head}>{html.escape(text, quote=False)}</{tag}>" if text else f"<{head}/>")

    def leaf_if_known(self, tag: str, text: str) -> None:
        """The same, left out altogether when there is nothing to say."""
        if text:
            self.leaf(tag, text)

    def save(self, path: Path) -> Path:
        """Write the file; returns its path."""
        path.write_bytes("\r\n".join(self._lines).encode("utf-8-sig"))
        return path

    def _line(self, text: str) -> None:
        self._lines.append("\t" * self._depth + text)


@contextmanager
def commerce_information(markup: Markup, formed_at: datetime) -> Iterator[None]:
    """The root element, as UT 11 writes it."""
    with markup.inside(
        "КоммерческаяИнформация",
        **{
            "xmlns": "urn:1C.ru:commerceml_2",
            "xmlns:xs": "http://www.w3.org/2001/XMLSchema",
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "ВерсияСхемы": "2.07",
            "ДатаФормирования": formed_at.replace(tzinfo=None).isoformat(timespec="seconds"),
        },
    ):
        yield


def _written(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items())
