"""A tracking number remarked in a site's order, once: a remark for the buyer is a letter."""

from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.clock import Clock
from adapters.woocommerce.client import TrackingNote
from adapters.woocommerce.site import WooCommerceSite
from tests.adapters.woocommerce.test_parts import part
from tests.adapters.woocommerce.vendor import body_of, said


class Played:
    """A site with one order and its remarks; loses the answer to so many of them after their effect."""

    def __init__(self, lost: int = 0) -> None:
        self.meta: dict[str, Any] = {}
        self.notes: list[dict[str, Any]] = []
        self.lost = lost

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/notes"):
            return self._remarks(request)
        if request.method == "PUT":
            self.meta |= {one["key"]: one["value"] for one in body_of(request)["meta_data"]}
        meta = [{"key": key, "value": value} for key, value in self.meta.items()]
        return said({"id": 5, "status": "processing", "line_items": [], "refunds": [], "meta_data": meta})

    def _remarks(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return said(self.notes)
        self.notes.append({"id": len(self.notes) + 1, **body_of(request)})
        if self.lost:
            self.lost -= 1
            raise httpx.ReadTimeout("too late", request=request)
        return said(self.notes[-1], 201)


def opened(site: Played, tracking_note: TrackingNote) -> WooCommerceSite:
    return WooCommerceSite(
        url="https://shop.example",
        consumer_key=SecretStr("ck"),
        consumer_secret=SecretStr("cs"),
        clock=Clock(),
        tracking_note=tracking_note,
        transport=httpx.MockTransport(site),
    )


@pytest.mark.parametrize(("tracking_note", "is_letter"), [("shop", False), ("buyer", True)])
def test_each_number_is_remarked_once_for_whom_the_settings_name(tracking_note: TrackingNote, is_letter: bool) -> None:
    site = Played()
    with opened(site, tracking_note) as shop:
        first = shop.ship_parts([part("5"), part("5", "777-2", "T2")])
        again = shop.ship_parts([part("5"), part("5", "777-2", "T2")])
    assert [[one.outcome for one in told] for told in (first, again)] == [["accepted"] * 2, ["already"] * 2]
    assert [(one["note"], one["customer_note"]) for one in site.notes] == [
        ("Отправление 777-1, СДЭК: трек-номер T1.", is_letter),
        ("Отправление 777-2, СДЭК: трек-номер T2.", is_letter),
    ]


def test_nothing_is_remarked_unless_the_settings_say_so() -> None:
    site = Played()
    with opened(site, "none") as shop:
        shop.ship_parts([part("5")])
    assert (len(site.meta), site.notes) == (1, [])


def test_a_remark_whose_answer_was_lost_is_found_and_not_written_again() -> None:
    site = Played(lost=1)
    with opened(site, "buyer") as shop:
        assert [one.outcome for one in shop.ship_parts([part("5")])] == ["unknown"]
        assert [one.outcome for one in shop.ship_parts([part("5")])] == ["already"]
    assert len(site.notes) == 1


def test_another_number_of_the_same_parcel_is_remarked_too_and_none_is_no_remark() -> None:
    site = Played()
    with opened(site, "shop") as shop:
        for tracking in ("T1", None, "T2"):
            shop.ship_parts([part("5", tracking=tracking)])
    assert [one["note"] for one in site.notes] == ["Отправление 777-1, СДЭК: трек-номер T1.", "Отправление 777-1, СДЭК: трек-номер T2."]
