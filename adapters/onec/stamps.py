"""Stamps of a 1C clock: local time of the 1C server, without a zone that could be trusted.

Seen: ``2017-01-01``, ``2014-12-12T9:51:39`` (one-digit hour), with a zone or a fraction, ``2020-02-06 11:15:46``; ``0001-01-01`` is
1C's empty date (`reference/commerceml.md` §2, §2.4).
"""

import re
from datetime import datetime
from typing import NamedTuple

_STAMP = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?)?")


class Stamp(NamedTuple):
    """``at`` without zone; ``is_day_only`` where the hour was not written."""

    at: datetime
    is_day_only: bool


def read_stamp(text: str | None) -> Stamp | None:
    """A stamp, or None where there is none that can be read."""
    parts = _STAMP.match(text or "")
    if parts is None or parts[1] == "0001":
        return None
    year, month, day, hour, minute, second, fraction = parts.groups()
    try:
        at = datetime(  # noqa: DTZ001 - a 1C stamp has no zone
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0").ljust(6, "0")),
        )
    except ValueError:
        return None
    return Stamp(at, hour is None)
