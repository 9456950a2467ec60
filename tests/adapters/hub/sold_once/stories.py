"""Days on which a weaker rule would sell a piece twice, step by step: one iron, or as many as the story says.

Each story ends where the second buyer has come; whether there were pieces for all is asked after it.
"""

from datetime import timedelta

from tasks.rules.offer import LEAVES_WITHIN
from tests.adapters.hub.sold_once.market import Market
from tests.adapters.hub.sold_once.sender import Luck

SENT_OFF = Luck(outcome="accepted")
OLD = Luck(age=1.0)
NOW = Luck()


def _opened(market: Market, irons: int = 1, *, wanted: int = 1, name: str = "wb") -> None:
    """One channel alone wants irons, and shows none yet."""
    market.open({"iron": irons, "kettle": 0})
    market.want(name, "iron", wanted)


def _shown(market: Market, irons: int = 1, *, name: str = "wb") -> None:
    """It shows all the irons there are, and that is settled."""
    _opened(market, irons, wanted=irons, name=name)
    _round(market, name=name)
    market.wait(400)
    _round(market, name=name)
    _settle(market, name=name)
    market.want(name, "iron", 0)


def _round(market: Market, luck: Luck = NOW, *, name: str = "wb") -> None:
    market.senders[name].play(luck)


def _settle(market: Market, *, name: str = "wb") -> None:
    """A complete poll, L after the last read-back, and what may be settled is."""
    _poll(market, name=name)
    _round(market, name=name)


def _poll(market: Market, *, name: str = "wb") -> None:
    market.wait(market.told[name].bounds.visible_s + 1)
    market.poll(name)
    market.record(name)


def _look(market: Market) -> None:
    """A round that dies before it sends anything."""
    market.senders["wb"].until("advanced")
    market.senders["wb"].die()


def _site_buys(market: Market) -> None:
    """Whoever asks for the iron at the checkout, pays, and gets it if it is promised."""
    visit = market.reserve("iron")
    if visit is not None and market.commit(visit):
        market.order(visit)


def sold_unseen(market: Market) -> None:
    """An order is not in the list yet when the read-back shows that the iron is gone."""
    _shown(market)
    market.buy("wb", "iron")
    _round(market)
    _round(market)
    _site_buys(market)


def shown_late(market: Market) -> None:
    """A write takes effect in its last instant; the read-back just after it shows an older figure."""
    _opened(market)
    _round(market, SENT_OFF)
    market.wait(61, does=True)
    _round(market, OLD)
    _poll(market)
    _look(market)
    _site_buys(market)
    market.buy("wb", "iron")


def still_on_its_way(market: Market) -> None:
    """A read-back shows nothing, because the write has not taken effect yet."""
    _opened(market)
    _round(market, SENT_OFF)
    market.want("wb", "iron", 0)
    market.wait(20)
    _look(market)
    _poll(market)
    _look(market)
    _site_buys(market)
    market.land()
    market.buy("wb", "iron")


def restored_late(market: Market) -> None:
    """A known order is cancelled; its iron is for sale again only after the read-back."""
    _shown(market)
    sale = market.buy("wb", "iron")
    _settle(market)
    assert sale is not None
    market.told["wb"].cancel(sale, 1, lag=0)
    market.poll("wb")
    market.record("wb")
    market.wait(1)
    _round(market)
    _settle(market)
    _site_buys(market)
    _restore(market)
    market.buy("wb", "iron")


def restored_at_once(market: Market) -> None:
    """A known order is cancelled, and its iron is for sale again before anybody reads back."""
    _shown(market)
    sale = market.buy("wb", "iron")
    _settle(market)
    assert sale is not None
    market.told["wb"].cancel(sale, 1, lag=0)
    _restore(market)
    market.poll("wb")
    market.record("wb")
    _site_buys(market)
    market.buy("wb", "iron")


def cancelled_unseen(market: Market) -> None:
    """An order is cancelled before any poll saw it; its iron returns late."""
    _shown(market)
    sale = market.buy("wb", "iron")
    assert sale is not None
    market.told["wb"].cancel(sale, 1)
    _round(market)
    _settle(market)
    _site_buys(market)
    _restore(market)
    market.buy("wb", "iron")


def reserved_unpaid(market: Market) -> None:
    """A buyer has not paid yet: no list shows the order, the shelf is empty, and then it is paid."""
    _shown(market, name="ozon")
    assert market.told["ozon"].reserve("iron")
    _round(market, name="ozon")
    _settle(market, name="ozon")
    _site_buys(market)
    market.told["ozon"].pay(0, (("iron", 1),))


def died_after_sending(market: Market) -> None:
    """The process dies when the figure has left and before anybody could write down what was answered."""
    _opened(market)
    market.senders["wb"].until("sent")
    market.senders["wb"].die()
    _site_buys(market)
    market.buy("wb", "iron")


def sent_again(market: Market) -> None:
    """The process dies in the call; what restarts it comes with the same figure again, when its iron is sold already."""
    _opened(market)
    market.senders["wb"].until("sent")
    market.senders["wb"].die()
    market.buy("wb", "iron")
    market.senders["wb"].repeat(NOW)
    market.buy("wb", "iron")


def left_late(market: Market) -> None:
    """A figure waits longer than it may; its iron went back to the pool, and then it leaves."""
    _opened(market)
    market.senders["wb"].until("advanced")
    figures = market.senders["wb"].advanced
    market.senders["wb"].die()
    market.want("wb", "iron", 0)
    market.wait(400)
    _round(market)
    _settle(market)
    _site_buys(market)
    market.senders["wb"].figures = figures
    market.senders["wb"].repeat(NOW)
    market.buy("wb", "iron")


def long_call(market: Market) -> None:
    """A figure leaves at the last moment, its call takes as long as it may, and nobody hears its end."""
    _opened(market)
    market.senders["wb"].until("advanced")
    market.wait(LEAVES_WITHIN / timedelta(seconds=1) - 1)
    market.senders["wb"].until("left")
    market.senders["wb"].until("sent", SENT_OFF)
    market.wait(100)
    market.senders["wb"].die()
    market.want("wb", "iron", 0)
    market.wait(20)
    _look(market)
    _settle(market)
    _site_buys(market)
    market.land()
    market.buy("wb", "iron")


def overtaken(market: Market) -> None:
    """A freeze overtakes a figure, which takes effect after it."""
    _opened(market)
    _round(market, SENT_OFF)
    market.want("wb", "iron", 0)
    market.wait(1)
    _round(market)
    market.wait(1)
    _look(market)
    _poll(market)
    _look(market)
    _site_buys(market)
    for write in list(market.told["wb"].flying):
        market.told["wb"].land(write)
    market.buy("wb", "iron")


def same_figure(market: Market) -> None:
    """Of three irons two are shown and one is wanted; a sale makes the shelf look as written before the write takes effect."""
    _shown(market, 2)
    market.base.deliver("iron", 1)
    market.count()
    market.want("wb", "iron", 1)
    _round(market, SENT_OFF)
    market.wait(11)
    market.buy("wb", "iron")
    _look(market)
    market.want("wb", "iron", 0)
    _poll(market)
    _look(market)
    _site_buys(market)
    market.buy("wb", "iron")
    market.land()
    market.buy("wb", "iron")


def grown_by_the_difference(market: Market) -> None:
    """Of two irons one is shown and sold unseen; then a figure of two leaves."""
    _opened(market, 1)
    _round(market)
    market.wait(400)
    _round(market)
    _settle(market)
    market.base.deliver("iron", 1)
    market.count()
    market.want("wb", "iron", 2)
    market.senders["wb"].until("read")
    market.buy("wb", "iron")
    while market.senders["wb"].at != "idle":
        market.senders["wb"].step(NOW)
    market.buy("wb", "iron", 2)


def connected(market: Market) -> None:
    """A channel that shows the iron already is connected."""
    market.open({"iron": 1, "kettle": 0}, {("wb", "iron"): 1})
    _site_buys(market)
    market.buy("wb", "iron")


def _restore(market: Market) -> None:
    for piece in list(market.told["wb"].returning):
        market.told["wb"].put_back(piece)
