"""What a vendor's push says and how it wants to be answered, in one shape for all of them.

A push is a hint that something happened: the truth is fetched. Nothing of a body but its type and an order's number goes any further.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

NAME = "Utyug"
VERSION = "1"
"""Of what answers, as Ozon and Yandex Market want to be told it."""

NO_REF = re.compile(r"[^\w.:/-]", re.ASCII)
LONGEST_REF = 100

Fault = Literal["no_address", "outside", "unsigned", "garbage", "too_large", "ours"]
"""Why a push was not taken: a wrong address, network or signature, not to be read, or a trouble of our own: send it again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a push says.

    Args:
        topic: the vendor's word for what happened.
        order_ref: the order it is about, where it says so.
        is_kept: whether it may be news of an order; the rest is answered and forgotten.
        is_signed: whether the body is proved to be the vendor's.
    """

    topic: str
    order_ref: str | None = None
    is_kept: bool = True
    is_signed: bool = False


class PushRefused(Exception):
    """The push is not taken.

    Args:
        fault: whose it is.
        sentence: why, without anything of the body.
    """

    def __init__(self, fault: Fault, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = fault
        self.sentence = sentence


class ReadsPushes(Protocol):
    """Knows the pushes of one vendor.

    Attributes:
        networks: where they come from; empty: from anywhere, because they are signed.
        is_address_secret: whether nothing but the address proves them.
        max_body_bytes: larger ones are not read.
    """

    networks: tuple[str, ...]
    is_address_secret: bool
    max_body_bytes: int

    def read(self, headers: Mapping[str, str], body: bytes) -> Told:
        """What it says.

        Raises:
            PushRefused: it cannot be read, or is not the vendor's.
        """
        ...

    def taken(self, told: Told, at: datetime) -> dict[str, Any]:
        """The body of the answer 200; ``at``: when the push began to be handled."""
        ...

    def refused(self, fault: Fault, sentence: str) -> dict[str, Any]:
        """The body of any other answer."""
        ...


def greeting(at: datetime) -> dict[str, str]:
    """Who answers, and when it began to: what Ozon and Yandex Market ask for, word for word the same."""
    return {"version": VERSION, "name": NAME, "time": at.strftime("%Y-%m-%dT%H:%M:%SZ")}


def order_ref(given: object) -> str | None:
    """An order's number as a vendor may write it; anything else is none, since it is only a hint."""
    if isinstance(given, bool) or not isinstance(given, int | str):
        return None
    ref = str(given)
    return ref if ref and len(ref) <= LONGEST_REF and not NO_REF.search(ref) else None
