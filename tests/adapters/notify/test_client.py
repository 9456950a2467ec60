import logging
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from adapters.notify.client import Messenger
from adapters.notify.texts import Message
from adapters.settings import Route
from tests.deployments.mailbox import Mailbox, opened_mailbox

MESSAGE = Message(title="Utyug: задержано", body="Что случилось: <b>ничего</b> & всё")
NOWHERE = "mailto://127.0.0.1:9?mode=insecure&from=a@shop.test&to=b@shop.test"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with opened_mailbox() as opened:
        yield opened


def route(*urls: str, kinds: tuple[str, ...] = ("*",)) -> Route:
    return Route(urls=[SecretStr(url) for url in urls], kinds=list(kinds))


def test_a_message_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    delivery = Messenger(routes={"owner": route(mailbox.url)}).deliver(MESSAGE, kind="feed_held")
    assert delivery.taken_by == "owner 1"
    assert mailbox.subjects == [MESSAGE.title]
    assert mailbox.texts[0].strip().endswith(MESSAGE.body)


def test_the_next_address_is_tried_when_one_fails_and_no_further(mailbox: Mailbox) -> None:
    routes = {"owner": route(NOWHERE, mailbox.url), "spare": route(mailbox.url)}
    delivery = Messenger(routes=routes).deliver(MESSAGE, kind="feed_held")
    assert (delivery.refused_by, delivery.taken_by) == (("owner 1",), "owner 2")
    assert len(mailbox.letters) == 1


def test_a_route_that_names_the_kind_goes_first_and_other_kinds_never_take_it(mailbox: Mailbox) -> None:
    routes = {"everyone": route(NOWHERE), "stock": route(NOWHERE, kinds=("shortfall",)), "desk": route(mailbox.url, kinds=("feed_held",))}
    messenger = Messenger(routes=routes)
    assert messenger.deliver(MESSAGE, kind="feed_held").taken_by == "desk 1"
    assert messenger.deliver(MESSAGE, kind="shortfall").refused_by == ("stock 1", "everyone 1")


def test_nobody_is_told_where_no_route_takes_the_kind() -> None:
    delivery = Messenger(routes={"stock": route(NOWHERE, kinds=("shortfall",))}).deliver(MESSAGE, kind="feed_held")
    assert (delivery.taken_by, delivery.refused_by) == (None, ())


def test_a_refusal_by_the_mail_server_is_a_refusal(mailbox: Mailbox) -> None:
    mailbox.is_refusing = True
    assert Messenger(routes={"owner": route(mailbox.url)}).deliver(MESSAGE, kind="feed_held").taken_by is None


@pytest.mark.parametrize("url", ["nonsense://s3cret@host", "tgram://s3cret", "mailto://u:s3cret@127.0.0.1:9?mode=insecure&to=b@shop.test"])
def test_an_address_is_never_logged(url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    assert Messenger(routes={"owner": route(url)}).deliver(MESSAGE, kind="feed_held").taken_by is None
    assert "owner 1" in caplog.text
    seen = caplog.text + "".join(capfd.readouterr())
    assert "s3cret" not in seen
    assert "shop.test" not in seen


def test_a_message_too_long_for_the_service_is_sent_in_parts(mailbox: Mailbox) -> None:
    long = Message(title="Utyug", body="\n".join(f"строка {n}" for n in range(3_000)))
    assert Messenger(routes={"owner": route(mailbox.url)}).deliver(long, kind="feed_held").taken_by == "owner 1"
    assert len(mailbox.letters) > 1
    assert "строка 2999" in mailbox.texts[-1]
