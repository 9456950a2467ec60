import polars as pl
import pytest
from sqlalchemy import update

from adapters.hub.channel_refusals import ChannelRefusals
from adapters.hub.hub import Hub
from adapters.hub.quarantine import Quarantine
from adapters.hub.tables.journal import quarantine
from validation.quarantine import NONE_REFUSED

RUNS_UNTIL_ONE_PLAN_FOR_ALL = 15
"""psycopg prepares a statement after five runs, PostgreSQL plans it for any value after five more."""


def refused(*rows: tuple[str, str], payload: str = '{"pcs": 5}') -> pl.DataFrame:
    return pl.DataFrame(
        [("stock", key, reason, f"почему {key}", None, payload) for key, reason in rows], schema=NONE_REFUSED.schema, orient="row"
    )


def settle(hub: Hub, keys: list[str], *rows: tuple[str, str], channel: str = "site", payload: str = '{"pcs": 5}') -> set[tuple[str, str]]:
    ChannelRefusals(hub).settle(channel, entity="stock", keys=keys, refused=refused(*rows, payload=payload))
    return set(Quarantine(hub).list(source="site").select("key", "reason").rows())


def test_what_was_refused_goes_in_with_its_sentence(hub: Hub) -> None:
    assert settle(hub, ["A"], ("A", "not_shown")) == {("A", "not_shown")}
    row = Quarantine(hub).list().to_dicts()[0]
    assert (row["source"], row["entity"], row["sentence"], row["payload"]) == ("site", "stock", "почему A", '{"pcs": 5}')


def test_refused_again_is_the_same_row_counted(hub: Hub) -> None:
    settle(hub, ["A"], ("A", "not_shown"))
    settle(hub, ["A"], ("A", "not_shown"))
    assert Quarantine(hub).list()["times"].to_list() == [2]


def test_a_refusal_may_come_in_any_number_of_runs(hub: Hub) -> None:
    for _ in range(RUNS_UNTIL_ONE_PLAN_FOR_ALL):
        settle(hub, ["A"], ("A", "not_shown"))
    assert Quarantine(hub).list()["times"].to_list() == [RUNS_UNTIL_ONE_PLAN_FOR_ALL]


def test_what_was_taken_comes_out(hub: Hub) -> None:
    settle(hub, ["A", "B"], ("A", "not_shown"), ("B", "not_shown"))
    assert settle(hub, ["A"]) == {("B", "not_shown")}


def test_refused_for_another_reason_leaves_under_the_old_one(hub: Hub) -> None:
    settle(hub, ["A"], ("A", "not_shown"))
    assert settle(hub, ["A"], ("A", "channel_forbids")) == {("A", "channel_forbids")}


def test_another_channels_rows_stay(hub: Hub) -> None:
    settle(hub, ["A"], ("A", "not_shown"))
    assert settle(hub, ["A"], channel="other") == {("A", "not_shown")}


@pytest.mark.parametrize(("payload", "is_open"), [('{"pcs": 5}', False), ('{"pcs": 6}', True)])
def test_a_dismissed_row_stays_dismissed_while_it_comes_unchanged(hub: Hub, payload: str, is_open: bool) -> None:
    settle(hub, ["A"], ("A", "not_shown"))
    with hub.engine.begin() as connection:
        connection.execute(update(quarantine).values(state="dismissed"))
    assert bool(settle(hub, ["A"], ("A", "not_shown"), payload=payload)) is is_open


def test_where_all_there_is_was_decided_upon_everything_else_comes_out(hub: Hub) -> None:
    settle(hub, ["A", "B"], ("A", "not_shown"), ("B", "not_shown"))
    settle(hub, ["A"], ("A", "not_shown"), channel="other")
    ChannelRefusals(hub).settle("site", entity="card", keys=["A"], refused=refused(("A", "card_is_refused")))
    ChannelRefusals(hub).settle("site", entity="stock", keys=None, refused=refused(("B", "not_shown"), ("C", "not_shown")))
    rows = Quarantine(hub).list().select("source", "entity", "key", "times").sort("source", "entity", "key").rows()
    assert rows == [("other", "stock", "A", 1), ("site", "card", "A", 1), ("site", "stock", "B", 2), ("site", "stock", "C", 1)]
    ChannelRefusals(hub).settle("site", entity="stock", keys=None, refused=NONE_REFUSED)
    assert set(Quarantine(hub).list(source="site")["entity"]) == {"card"}


def test_where_nothing_was_decided_upon_nothing_comes_out(hub: Hub) -> None:
    settle(hub, ["A"], ("A", "not_shown"))
    assert settle(hub, []) == {("A", "not_shown")}
