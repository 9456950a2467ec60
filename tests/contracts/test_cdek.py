"""CDEK: our adapter's orders against the vendor's OpenAPI, where the folder has it.

Nobody was found to keep a copy of it in public, so that the requests are checked against the world's room, which was built row by row from
`reference/services.md` §1; with ``cdek/`` in the folder of contracts they are checked against the document too.
"""

import json
from pathlib import Path

import httpx
import pytest

from tests.adapters.cdek.vendor import contract_that, door, item, parcel, person, shipment
from tests.contracts.spec import Operation, Spec, UnknownOperation

WHOLE = (
    shipment(),
    shipment(to=door(), delivery_kopecks=30050, delivery_vat_percent=22, comment="Позвоните"),
    shipment(parcels=(parcel("1", item(marks=("a", "b"), collect_kopecks=99999, vat_percent=22)),), recipient=person(extension="12")),
)


@pytest.fixture(scope="session")
def cdek_spec(contracts_dir: Path) -> Spec:
    folder = contracts_dir / "cdek"
    if not folder.is_dir():
        pytest.skip("the folder of contracts has no CDEK: its OpenAPI was NOT tried")
    return Spec("cdek", folder, ())


def operation_of(spec: Spec) -> Operation:
    """«New order»; whether its address has the version in it is the document's affair."""
    try:
        return spec.operation("POST", "api", "/v2/orders")
    except UnknownOperation:
        return spec.operation("POST", "api", "/orders")


def test_orders_are_written_as_the_vendors_document_has_them(cdek_spec: Spec) -> None:
    said: list[httpx.Request] = []

    def say(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            said.append(request)
            return httpx.Response(202, json={"entity": {"uuid": "u"}, "requests": []})
        error = {"code": "v2_entity_not_found_im_number", "message": "x"}
        return httpx.Response(400, json={"requests": [{"type": "GET", "state": "INVALID", "errors": [error]}]})

    with contract_that(say) as cdek:
        for one in WHOLE:
            cdek.put_shipment(one)
    assert len(said) == len(WHOLE)
    operation = operation_of(cdek_spec)
    for request in said:
        assert operation.request_faults([], json.loads(request.content)) == []
