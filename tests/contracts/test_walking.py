"""What is found in the code of an adapter, and what is said of exchanges."""

from pathlib import Path

import pytest

from tests.contracts import walking
from tests.contracts.recorder import Exchange, NotJson
from tests.contracts.spec import Spec
from tests.contracts.suite import none

CODE = '''
"""Nothing of /v1/a text."""
ROLES = "/v1/roles"
def of_shop(shop: int, path: str, version: int = 2) -> str:
    """An address."""
    return f"/v{version}/shops/{shop}/{path}"
class Client:
    def business(self, path: str) -> str:
        return f"/v3/businesses/{self._id}/{path}"
    def read(self, one: int) -> None:
        self.call("GET", f"/v1/goods/{one}/stock", "/")
        self.call("PUT", of_shop(one, "stocks"), of_shop(one, path="prices", version=4))
        self.call("POST", self.business("orders"), "no address")
'''


def exchange(**told: object) -> Exchange:
    good = {"method": "POST", "host": "api-seller", "path": "/v2/products/stocks", "query": (), "body": {"stocks": []}}
    headers = frozenset({"client-id", "api-key"})
    return Exchange(**{**good, "headers": headers, "status": 200, "answer": {"result": []}, **told})  # type: ignore[arg-type]


def test_addresses_are_found_where_they_are_put_together(tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text(CODE)
    assert walking.paths_in(tmp_path) == {
        "/v1/roles",
        "/v1/goods/{}/stock",
        "/v2/shops/{}/stocks",
        "/v4/shops/{}/prices",
        "/v3/businesses/{}/orders",
    }


def test_a_fault_names_its_operation_and_is_said_once(ozon_spec: Spec) -> None:
    wrong = exchange(body={"stocks": [{"offer_id": "К", "stokc": 3, "stock": 3, "warehouse_id": 5}]})
    (fault,) = walking.request_faults(ozon_spec, [exchange(), wrong, wrong])
    assert fault == "POST /v2/products/stocks: request stocks/0: Unevaluated properties are not allowed ('stokc' was unexpected)"


def test_a_call_that_the_spec_does_not_know_is_a_fault_both_ways(ozon_spec: Spec) -> None:
    gone = exchange(path="/v3/posting/fbs/package-label/create")
    assert len(walking.request_faults(ozon_spec, [gone])) == len(walking.answer_faults(ozon_spec, [gone])) == 1


def test_answers_of_ordered_faults_are_nobodys(ozon_spec: Spec) -> None:
    page = exchange(answer=NotJson("<html>"))
    assert walking.answer_faults(ozon_spec, [page])
    assert walking.answer_faults(ozon_spec, [exchange(answer=NotJson("<html>"), is_spoilt=True), exchange(status=None)]) == []


def test_faults_are_said_one_by_one() -> None:
    none([])
    with pytest.raises(AssertionError, match=r"one\n\s*two"):
        none(["one", "two"])
