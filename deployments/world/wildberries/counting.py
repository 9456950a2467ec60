"""Ids, one after the other; unlike `itertools.count` they can be copied with the books that hold them."""

from dataclasses import dataclass


@dataclass(kw_only=True)
class Ids:
    """Whole numbers from ``upcoming`` on."""

    upcoming: int

    def take(self) -> int:
        """The next one."""
        self.upcoming += 1
        return self.upcoming - 1
