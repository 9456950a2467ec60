import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from adapters.errors import Misconfigured
from adapters.hub import listings as book
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.journal import Journal
from adapters.hub.listings import Listings
from adapters.hub.quarantine import Quarantine
from adapters.hub.runs import Runs
from adapters.hub.tables.catalog import item, product, stock_count
from adapters.hub.tables.inbox import feed
from adapters.hub.tables.listing import listing, listing_stock
from deployments.world.app import make_world
from deployments.world.served import served
from flows.stock import stock
from tests.world import SITE_KEY, SITE_SECRET, Site

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def site() -> Iterator[Site]:
    with served(make_world(site_key=SITE_KEY, site_secret=SITE_SECRET)) as base:
        room = Site(base)
        yield room
        room.close()


@pytest.fixture
def hub(hub: Hub, database_url: str, site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hub:
    """A hub that the flow opens by its settings, with the site as its only channel."""
    settings = {
        "kind": "woocommerce",
        "url": site.url,
        "consumer_key": SITE_KEY,
        "consumer_secret": SITE_SECRET,
        "timeout_s": 1.5,
        "asks": True,
    }
    monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
    monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
    monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("UTYUG_CHANNELS", json.dumps({"site": settings}))
    return hub


def count(hub: Hub, **pcs: int) -> None:
    """1C counted these articles, one item each."""
    now = hub.clock.now()
    instants = dict.fromkeys(("session_began_at", "received_at", "moved_at", "recorded_at"), now)
    with hub.engine.begin() as connection:
        told = insert(feed).values(source="main", exchange="catalog", name="offers.xml", kind="xml", state="recorded", **instants)
        stamps = {"feed_id": connection.execute(told.returning(feed.c.feed_id)).scalar_one(), "session_began_at": now}
        for article, figure in pcs.items():
            item_id = connection.execute(select(item.c.item_id).where(item.c.item_ref == article)).scalar()
            if item_id is None:
                named = {"source": "main", "product_ref": article, "feed_id": 1, "changed_at": now}
                connection.execute(insert(product).values(**named, name=article, kind="goods"))
                put = insert(item).values(**named, item_ref=article, article=article).returning(item.c.item_id)
                item_id = connection.execute(put).scalar_one()
                connection.execute(insert(stock_count).values(item_id=item_id, place="", pcs=figure, **stamps))
            else:
                connection.execute(update(stock_count).where(stock_count.c.item_id == item_id).values(pcs=figure, **stamps))


def quarantined(hub: Hub) -> set[tuple[str, str]]:
    return set(Quarantine(hub).list(source="site").select("key", "reason").rows())


def kept(hub: Hub) -> set[tuple[str, int, int]]:
    query = select(listing.c.channel_sku, listing_stock.c.accepted_pcs, listing_stock.c.shown_pcs).join(listing_stock)
    with hub.engine.begin() as connection:
        return {(row.channel_sku, row.accepted_pcs, row.shown_pcs) for row in connection.execute(query)}


def writes(site: Site) -> list[dict[str, object]]:
    return [row for call in site.heard("POST") for row in call["body"]["update"]]


def test_what_1c_counted_reaches_the_site_and_a_second_run_is_silent(hub: Hub, site: Site) -> None:
    site.put({"sku": "КР-7/2", "pcs": 9}, {"sku": "P", "variations": [{"sku": "P-1", "pcs": None}]}, {"sku": "OLD", "pcs": 4})
    count(hub, **{"КР-7/2": 3, "P-1": -2, "NOWHERE": 5})
    report = stock()
    assert site.stock() == {"КР-7/2": 3, "P": None, "P-1": 0, "OLD": 4}
    assert (
        report.detail["channels"]["site"]["stock"] | {"sent": 2, "accepted": 2, "refused": 0} == report.detail["channels"]["site"]["stock"]
    )
    assert (report.rows_in, report.changed, report.accepted, report.refused) == (2, 2, 2, 0)
    assert kept(hub) == {("КР-7/2", 3, 3), ("P-1", 0, 0)}
    assert Journal(hub).entries(kind="stock_sent")[0].subject == "channel:site"
    assert Runs(hub).newest(flow="stock")[0].state == "completed"

    site.forget()
    assert stock().changed == 0
    assert site.heard("POST") == []


def test_only_what_differs_is_sent_zeros_first(hub: Hub, site: Site) -> None:
    site.put(*[{"sku": sku, "pcs": 5} for sku in ("UP", "SAME", "GONE", "LESS")])
    count(hub, UP=8, SAME=5, GONE=0, LESS=2)
    stock()
    assert [row["stock_quantity"] for row in writes(site)] == [0, 2, 8]


def test_a_dry_run_shows_the_differences_and_writes_nothing(hub: Hub, site: Site) -> None:
    site.put({"sku": "A", "pcs": 9})
    count(hub, A=3)
    with hub.engine.begin() as connection:
        connection.execute(update(feed).values(posted_at=hub.clock.now()))
        connection.exec_driver_sql("insert into ledger_balance select item_id, place, 'pool', pcs from stock_count")
    report = stock(dry_run=True)
    assert report.detail["channels"]["site"]["stock"]["differing"] == 1
    assert writes(site) == []
    assert Listings(hub).offered("site").is_empty()
    assert Listings(hub).unmatched("site").height == 1
    assert Runs(hub).newest() == []
    assert Journal(hub).entries() == []


def test_a_lie_is_caught_by_reading_back_and_leaves_the_quarantine_when_it_ends(hub: Hub, site: Site) -> None:
    site.put({"sku": "A", "pcs": 9})
    count(hub, A=3)
    site.fault("lie", method="POST")
    assert stock().refused == 1
    assert quarantined(hub) == {("A", "not_shown")}
    assert "показывает 9 вместо 3" in Quarantine(hub).list()["sentence"][0]
    stock()
    assert site.stock() == {"A": 3}
    assert quarantined(hub) == set()


def test_a_figure_that_came_right_by_itself_leaves_the_quarantine(hub: Hub, site: Site) -> None:
    site.put({"sku": "A", "pcs": 9})
    count(hub, A=3)
    site.fault("lie", method="POST")
    stock()
    site.set_stock({"A": 3})
    assert stock().changed == 0
    assert quarantined(hub) == set()


def test_a_refused_growth_is_quarantined_and_not_sent_again_at_once(hub: Hub, site: Site) -> None:
    site.put({"sku": "A", "pcs": 1}, {"sku": "B", "pcs": 1})
    count(hub, A=5, B=5)
    site.fault("refuse_item", sku="A", status=500)
    report = stock()
    assert (report.accepted, report.refused) == (1, 1)
    assert quarantined(hub) == {("A", "channel_forbids")}
    site.forget()
    assert stock().changed == 0
    assert site.heard("POST") == []


def test_a_timeout_after_effect_is_found_out_by_reading_back(hub: Hub, site: Site) -> None:
    site.put({"sku": "A", "pcs": 1})
    count(hub, A=5)
    site.fault("timeout_after", method="POST")
    report = stock()
    assert (report.accepted, report.refused) == (1, 0)
    assert len(writes(site)) == 1


def test_a_timeout_before_effect_is_sent_again_by_the_next_run(hub: Hub, site: Site) -> None:
    site.put({"sku": "A", "pcs": 1})
    count(hub, A=5)
    site.fault("timeout_before", method="POST")
    assert stock().detail["channels"]["site"]["stock"]["unknown"] == 1
    assert quarantined(hub) == set()
    assert stock().accepted == 1
    assert site.stock() == {"A": 5}


def test_a_listing_whose_item_died_shows_zero(hub: Hub, site: Site) -> None:
    site.put({"sku": "A", "pcs": 1})
    count(hub, A=5)
    stock()
    with hub.engine.begin() as connection:
        connection.execute(update(item).values(is_deleted=True))
    stock()
    assert site.stock() == {"A": 0}


def test_a_card_that_left_is_told_once_and_found_again_when_it_returns(hub: Hub, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "SEARCH_AGAIN_AFTER", timedelta(0))
    site.put({"sku": "A", "pcs": 1})
    count(hub, A=5)
    stock()
    site.remove("A")
    assert stock().changed == 0
    assert quarantined(hub) == {("A", "listing_is_gone")}
    site.put({"sku": "A", "pcs": 1})
    stock()
    assert site.stock() == {"A": 5}
    assert quarantined(hub) == set()


def test_a_code_that_cannot_be_used_is_quarantined(hub: Hub, site: Site) -> None:
    site.put({"sku": "V", "variations": [{"sku": "V-1"}]}, {"sku": "T"}, {"sku": "T"})
    count(hub, V=1, T=2)
    stock()
    assert quarantined(hub) == {("V", "is_not_sold_by_piece"), ("T", "sku_repeats_on_channel")}


def test_a_refused_code_leaves_the_quarantine_when_the_article_changes(hub: Hub, site: Site) -> None:
    site.put({"sku": "V", "variations": [{"sku": "V-1"}]})
    count(hub, V=1)
    stock()
    with hub.engine.begin() as connection:
        connection.execute(update(item).values(article="V-1"))
    stock()
    assert quarantined(hub) == set()
    assert site.stock()["V-1"] == 1


def test_a_code_with_a_comma_gets_its_stock(hub: Hub, site: Site) -> None:
    site.put({"sku": "P", "variations": [{"sku": "ТР-109-1,5-ЗЕЛ", "pcs": 1}]})
    count(hub, **{"ТР-109-1,5-ЗЕЛ": 5, "НЕТ-1,5": 5})
    stock()
    assert site.stock()["ТР-109-1,5-ЗЕЛ"] == 5
    assert quarantined(hub) == set()


def test_variants_under_one_article_are_told_until_each_has_its_own(hub: Hub, site: Site) -> None:
    site.put({"sku": "V-1"}, {"sku": "V-2"})
    count(hub, **{"V-1": 1, "V-2": 2})
    with hub.engine.begin() as connection:
        connection.execute(update(item).values(product_ref="V-1", article="V"))
    stock()
    assert quarantined(hub) == {("V", "variants_share_article")}
    with hub.engine.begin() as connection:
        connection.execute(update(item).values(article=item.c.item_ref))
    stock()
    assert quarantined(hub) == set()
    assert site.stock() == {"V-1": 1, "V-2": 2}


def test_while_another_run_sends_this_one_yields(hub: Hub, site: Site) -> None:
    site.put({"sku": "A", "pcs": 1})
    count(hub, A=5)
    with Listings(hub).only_sender("site"):
        assert stock().changed == 0
    assert site.heard() == []


def test_a_site_that_fails_fails_the_run_after_the_others_had_theirs(hub: Hub, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    good = {"kind": "woocommerce", "url": site.url, "consumer_key": SITE_KEY, "consumer_secret": SITE_SECRET, "asks": True}
    monkeypatch.setenv("UTYUG_CHANNELS", json.dumps({"bad": good | {"consumer_key": "ck_wrong"}, "good": good}))
    site.put({"sku": "A", "pcs": 1})
    count(hub, A=5)
    with pytest.raises(ExceptionGroup, match="bad: Сайт ответил 401"):
        stock()
    assert site.stock() == {"A": 5}
    run = Runs(hub).newest(flow="stock")[0]
    assert (run.state, run.accepted) == ("failed", 1)
    assert [incident.kind for incident in Incidents(hub).live()] == ["run_failed"]


def test_an_unknown_channel_is_named(hub: Hub) -> None:
    with pytest.raises(Misconfigured, match="есть: site"):
        stock(channel="ozon")
