"""Roubles of an account, as JSON has them, and whole kopecks."""

from decimal import Decimal


def roubles(kopecks: int) -> int | float:
    """1299.05 for 129905: JSON has no other number, and 15 digits of one are exact."""
    return kopecks // 100 if kopecks % 100 == 0 else kopecks / 100


def kopecks(amount: Decimal) -> Decimal:
    """129905 for 1299.05; a fraction of a kopeck stays, and equals no price of ours."""
    return amount * 100
