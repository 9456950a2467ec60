"""A courier whom a person calls from the command line comes once, whatever is repeated, cut or refused."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.hub.courier_calls import CourierCalls
from adapters.hub.incidents import Incidents
from adapters.hub.journal import Journal
from deployments.cli import app
from tests.adapters.hub.shipping import CARRIER
from tests.flows.dying import run_and_die
from tests.flows.street import ROUNDS, Street, opened_street
from tests.flows.test_shipments_killed import MODULE, rest

Open = Callable[..., Street]
WAREHOUSE = {"city_code": 44, "line": "Тверская, 1"}
HOURS = ("--since", "10:00", "--until", "14:00")
TIMEOUT_S, HANGS_S = 2.0, 3.0


@pytest.fixture
def open_street(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Open]:
    monkeypatch.setenv("COLUMNS", "300")
    with ExitStack() as stack:

        def open_(**cdek: Any) -> Street:
            street = stack.enter_context(opened_street(database_url, monkeypatch, tmp_path, **cdek))
            street.book(street.order(2))
            return street

        yield open_


@pytest.fixture
def street(open_street: Open) -> Street:
    """A shop whose parcels a courier takes, with one that is ready."""
    return open_street(origin=WAREHOUSE, contact_name="Склад", contact_phone="+74950000000")


def tomorrow(street: Street) -> date:
    return street.settings.today(street.shop.hub.clock.now() + timedelta(days=1))


def call(on: date, *words: str) -> str:
    return CliRunner().invoke(app, ["shipment", "call-courier", on.isoformat(), *(words or HOURS)]).output


def comes(street: Street, on: date) -> None:
    """Runs until the carrier has decided."""
    for _ in range(ROUNDS):
        street.run()
        stands = CourierCalls(street.shop.hub, CARRIER).stands(on)
        if stands is not None and stands.state != "owed":
            return
        street.wait(seconds=60)
    raise AssertionError(stands)


def intakes(street: Street) -> list[dict[str, Any]]:
    """What the carrier's room has: bodies of couriers who come."""
    return [one.body for one in street.room.books.intakes.values() if one.is_there]


def test_a_courier_is_called_once_for_what_is_ready(street: Street) -> None:
    on = tomorrow(street)
    told = call(on)
    assert (
        told
        == f"Курьер будет вызван на {on:%d.%m.%Y} с 10:00 до 14:00: готово мест: 1, 1.8 кг. Перевозчика спросит следующий запуск shipments.\n"
    )
    assert call(on, "--since", "15:00", "--until", "18:00") == f"Курьер уже вызывается на {on:%d.%m.%Y} с 10:00 до 14:00.\n"
    comes(street, on)
    (intake,) = intakes(street)
    assert (intake["intake_date"], intake["intake_time_from"], intake["intake_time_to"]) == (on.isoformat(), "10:00", "14:00")
    assert (intake["from_location"]["code"], intake["weight"], intake["name"]) == (44, 1800, "Посылки: 1")
    assert call(on) == f"Курьер уже вызван на {on:%d.%m.%Y} с 10:00 до 14:00.\n"
    street.run()
    assert len(intakes(street)) == 1
    (said,) = Journal(street.shop.hub).entries(kind="courier_agreed")
    assert said.sentence == f"Курьер приедет {on:%d.%m.%Y} с 10:00 до 14:00."


def test_another_day_has_another_courier(street: Street) -> None:
    on = tomorrow(street)
    for day in (on, on + timedelta(days=1)):
        call(day)
        comes(street, day)
    assert [one["intake_date"] for one in intakes(street)] == [on.isoformat(), (on + timedelta(days=1)).isoformat()]


@pytest.mark.parametrize("kind", ["timeout_after", "timeout_before", "error_after"])
def test_a_call_whose_answer_was_cut_brings_one_courier(open_street: Open, kind: str) -> None:
    street = open_street(origin=WAREHOUSE, timeout_s=TIMEOUT_S)
    on = tomorrow(street)
    call(on)
    street.fault(kind, "v2/intakes", method="POST", seconds=HANGS_S)
    comes(street, on)
    assert len(intakes(street)) == 1
    assert call(on).startswith("Курьер уже вызван")


@pytest.mark.slow
@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize("point", ["courier asked", "courier settled"])
def test_a_run_killed_over_a_courier_calls_no_second_one(street: Street, point: str) -> None:
    on = tomorrow(street)
    call(on)
    run_and_die(MODULE, point)
    rest(street)
    comes(street, on)
    assert len(intakes(street)) == 1
    assert street.owed() == []


def test_a_courier_does_not_come_to_a_shop_that_brings_its_parcels_and_a_person_hears_why(open_street: Open) -> None:
    street = open_street()
    on = tomorrow(street)
    call(on)
    comes(street, on)
    assert intakes(street) == []
    (incident,) = Incidents(street.shop.hub).live(kind="dead_letters")
    assert "не приедет. Вы сдаёте посылки в пункт СДЭК" in incident.sentence
    assert call(on).startswith("Курьер будет вызван")


def test_a_courier_that_was_refused_is_called_anew_by_asking_again(street: Street) -> None:
    on = tomorrow(street)
    call(on)
    street.fault("error_before", "v2/intakes", method="POST", status=400)
    comes(street, on)
    assert intakes(street) == []
    assert call(on, "--since", "15:00", "--until", "18:00").startswith("Курьер будет вызван")
    comes(street, on)
    assert [one["intake_time_from"] for one in intakes(street)] == ["15:00"]
    assert Incidents(street.shop.hub).live(kind="dead_letters") == []


def test_what_makes_no_sense_is_a_sentence(street: Street) -> None:
    on = tomorrow(street)
    assert "Часы перепутаны" in call(on, "--since", "14:00", "--until", "10:00")
    assert "уже прошёл" in call(on - timedelta(days=2))
    assert "Назовите перевозчика" in call(on, *HOURS, "--carrier", "post")
    street.shop.execute("update shipment set state = 'handed'")
    assert "Готовых посылок нет" in call(on)
    assert CourierCalls(street.shop.hub, CARRIER).stands(on) is None
