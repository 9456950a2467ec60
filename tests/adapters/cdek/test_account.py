"""Whether a contract is in order."""

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from adapters.capabilities import Carrier, Finding, Subscribes
from adapters.cdek.account import Cdek
from adapters.cdek.terms import Terms
from tests.adapters.cdek.vendor import contract_that, fault, of_room, terms
from tests.deployments.world.cdek.conftest import Contract


def bad(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.subject, one.level) for one in found if one.level != "good"]


def carrier_of(cdek: Cdek) -> Carrier:
    """For mypy: the adapter is a carrier."""
    return cdek


def test_a_contract_in_order_lacks_only_https_here(room: Contract, cdek: Cdek) -> None:
    cdek.ensure_webhooks(f"{room.base}/hears", secret=SecretStr("s" * 20))
    assert bad(carrier_of(cdek).examine()) == [("host", "warning")]
    assert isinstance(cdek, Subscribes)


def test_a_contract_without_pushes_is_warned_of(cdek: Cdek) -> None:
    assert ("pushes", "warning") in bad(cdek.examine())


def test_wrong_keys_are_found(room: Contract) -> None:
    with of_room(room, secret=SecretStr("x" * 20)) as cdek:
        (found,) = cdek.examine()
    assert (found.subject, found.level) == ("credential", "fault")
    assert found.advice


@pytest.mark.parametrize("point", ["MSK404", "MSK77"])
def test_a_point_that_takes_nothing_in_is_found(room: Contract, point: str) -> None:
    with of_room(room, terms=terms(shipment_point=point)) as cdek:
        found = cdek.examine()
    assert ("warehouse", "fault") in bad(found)
    assert any(point in one.sentence for one in found)


@pytest.mark.parametrize(("city_code", "level"), [(44, "good"), (5, "fault")])
def test_the_warehouse_is_looked_up(room: Contract, city_code: int, level: str) -> None:
    with of_room(room, terms=terms(shipment_point=None, origin={"city_code": city_code, "line": "Тверская, 1"})) as cdek:
        (found,) = [one for one in cdek.examine() if one.subject == "warehouse"]
    assert found.level == level


@pytest.mark.parametrize("kind", ["error_before", "timeout_before", "html", "garbage", "rate_limited"])
def test_an_examination_raises_nothing(room: Contract, cdek: Cdek, kind: str) -> None:
    fault(room, kind, "deliverypoints", times=9, seconds=4, **({"retry_after": "600"} if kind == "rate_limited" else {}))
    assert any(one.level == "fault" for one in cdek.examine())


def test_a_carrier_that_is_away_is_found() -> None:
    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    with contract_that(away) as cdek:
        assert bad(cdek.examine()) == [("host", "fault")]


@pytest.mark.parametrize("given", [{}, {"shipment_point": "MSK5", "origin": {"city_code": 44, "line": "Тверская, 1"}}])
def test_parcels_leave_from_one_place(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="одно из двух"):
        Terms.model_validate(given)


def test_a_tariff_of_the_settings_goes_before_the_usual_one() -> None:
    agreed = terms(tariffs={"office": 234})
    assert (agreed.tariff("office"), agreed.tariff("door")) == (234, 137)
