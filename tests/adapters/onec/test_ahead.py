import threading
from collections.abc import Iterator

import pytest

from adapters.onec.ahead import read_ahead


def test_portions_come_in_order_and_all_of_them() -> None:
    assert list(read_ahead(range(1000))) == list(range(1000))


def test_what_reading_raises_is_raised_after_what_was_read() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("оборван")

    ahead = read_ahead(broken())
    assert next(ahead) == 1
    with pytest.raises(ValueError, match="оборван"):
        next(ahead)


def test_no_more_is_read_ahead_than_the_depth_allows() -> None:
    read: list[int] = []
    third_is_read = threading.Event()

    def counted() -> Iterator[int]:
        for n in range(100):
            read.append(n)
            if n == 3:
                third_is_read.set()
            yield n

    ahead = read_ahead(counted(), depth=2)
    assert next(ahead) == 0
    assert third_is_read.wait(5)
    assert len(read) <= 4
    ahead.close()


def test_leaving_early_ends_the_thread() -> None:
    before = threading.active_count()
    ahead = read_ahead(iter(range(10**9)))
    next(ahead)
    ahead.close()
    assert threading.active_count() == before
