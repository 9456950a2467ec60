import httpx
import pytest

from tests.world import Site


@pytest.fixture
def home(site: Site) -> str:
    site.put({"sku": "A", "pcs": 3})
    return f"/orders/{site.order('POST', '/orders', json={'sku': 'A', 'pcs': 1})['order_ref']}/notes"


def test_each_remark_is_kept_for_whom_it_is_and_shown_newest_first(client: httpx.Client, home: str) -> None:
    told = [
        client.post(home, json={"note": words, "customer_note": is_letter})
        for words, is_letter in (("в ячейке 7", False), ("трек T1", True))
    ]
    assert [one.status_code for one in told] == [201, 201]
    assert [one["note"] for one in client.get(home).json()] == ["трек T1", "в ячейке 7"]
    assert [one["note"] for one in client.get(home, params={"type": "customer"}).json()] == ["трек T1"]
    assert [one["note"] for one in client.get(home, params={"type": "internal"}).json()] == ["в ячейке 7"]


def test_the_same_remark_twice_is_two(client: httpx.Client, home: str) -> None:
    for _ in range(2):
        client.post(home, json={"note": "трек T1"})
    assert len(client.get(home).json()) == 2


def test_a_remark_without_words_and_one_of_an_order_that_is_not_there_are_refused(client: httpx.Client, home: str) -> None:
    assert client.post(home, json={"customer_note": True}).json()["code"] == "rest_missing_callback_param"
    assert client.post("/orders/999999/notes", json={"note": "?"}).status_code == 404
    assert client.get(home).json() == []
