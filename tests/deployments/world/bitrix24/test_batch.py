"""`reference/services.md` §4: batch."""

from urllib.parse import urlencode

from tests.deployments.world.bitrix24.conftest import CONTACT, DEAL, Hand

LENGTH = {"error": "ERROR_BATCH_LENGTH_EXCEEDED", "error_description": "Max batch length exceeded"}
NESTED = {"error": "ERROR_BATCH_METHOD_NOT_ALLOWED", "error_description": "Method is not allowed for batch usage"}
ABSENT = {"error": "NOT_FOUND", "error_description": "Element not found"}


def make(title: str) -> str:
    return "crm.item.add?" + urlencode({"entityTypeId": DEAL, "fields[title]": title})


def read(item_id: int) -> str:
    return f"crm.item.get?entityTypeId={DEAL}&id={item_id}"


def test_results_are_told_under_the_keys_of_their_commands(hand: Hand) -> None:
    told = hand.batch({"a": make("Заказ & №1"), "b": f"crm.item.list?entityTypeId={DEAL}"})
    assert told["result"]["a"]["item"]["title"] == "Заказ & №1"
    assert [one["title"] for one in told["result"]["b"]["items"]] == ["Заказ & №1"]
    assert (told["result_error"], told["result_total"], told["result_next"]) == ([], {"b": 1}, [])
    assert told["result_time"]["a"]["duration"] == 0.1


def test_commands_without_keys_are_told_as_a_list(hand: Hand) -> None:
    told = hand.batch([make("1"), read(77), make("2")])
    assert {key: one["item"]["title"] for key, one in told["result"].items()} == {"0": "1", "2": "2"}
    assert told["result_error"] == {"1": ABSENT}
    assert [one["item"]["title"] for one in hand.batch([make("3")])["result"]] == ["3"]


def test_a_failed_command_stands_apart_and_the_others_are_done(hand: Hand) -> None:
    told = hand.batch({"a": make("1"), "b": read(77), "c": make("2")})
    assert list(told["result"]) == ["a", "c"]
    assert told["result_error"] == {"b": ABSENT}
    assert "b" not in told["result_time"]


def test_halt_stops_at_the_first_error_and_what_was_done_stays(hand: Hand) -> None:
    told = hand.batch({"a": make("1"), "b": read(77), "c": make("2")}, halt=1)
    assert (list(told["result"]), list(told["result_error"])) == (["a"], ["b"])
    assert len(hand.tell("GET", "/books")["deals"]) == 1


def test_fifty_commands_and_each_beyond_is_an_error_of_its_own(hand: Hand) -> None:
    told = hand.batch({f"c{number}": make(str(number)) for number in range(52)})
    assert len(told["result"]) == 50
    assert told["result_error"] == {"c50": LENGTH, "c51": LENGTH}
    assert len(hand.tell("GET", "/books")["deals"]) == 50


def test_a_batch_within_a_batch_is_not_allowed(hand: Hand) -> None:
    told = hand.batch({"a": "batch?cmd[b]=scope", "b": "scope"})
    assert (told["result"], told["result_error"]) == ({"b": ["crm"]}, {"a": NESTED})


def test_a_command_may_use_what_an_earlier_one_told(hand: Hand) -> None:
    contact = "crm.item.add?" + urlencode({"entityTypeId": CONTACT, "fields[name]": "Юлия"})
    deal = "crm.item.add?" + urlencode({"entityTypeId": DEAL, "fields[contactId]": "$result[who][item][id]"})
    told = hand.batch({"who": contact, "deal": deal})
    assert told["result"]["deal"]["item"]["contactIds"] == [told["result"]["who"]["item"]["id"]]
    assert hand.batch({"lost": f"crm.item.get?entityTypeId={DEAL}&id=$result[none][id]"})["result_error"] == {"lost": ABSENT}


def test_a_batch_is_one_call_for_the_limit(hand: Hand) -> None:
    for _ in range(50):
        hand.batch(["scope"] * 50)
    assert hand.ask("scope").status_code == 503


def test_time_within_a_batch_counts_for_each_method(hand: Hand) -> None:
    hand.tell("PUT", "/costs", {"scope": 0.5})
    answer = hand.ask("batch", {"cmd": {"a": "scope", "b": "scope"}}).json()
    assert answer["result"]["result_time"]["b"]["operating"] == 1.0
    assert answer["time"]["duration"] == 1.0


def test_a_closed_method_is_an_error_of_its_command(hand: Hand) -> None:
    hand.tell("PUT", "/costs", {"scope": 50.0})
    for _ in range(10):
        hand.ask("scope")
    assert hand.batch({"a": "scope", "b": "crm.status.list"})["result_error"]["a"]["error"] == "OPERATION_TIME_LIMIT"


def test_a_batch_longer_than_a_minute_is_cut_in_the_middle(hand: Hand) -> None:
    hand.tell("PUT", "/costs", {"crm.item.add": 25.0})
    answer = hand.ask("batch", {"cmd": [make(str(number)) for number in range(5)]})
    assert answer.status_code == 504
    assert len(hand.tell("GET", "/books")["deals"]) == 3


def test_a_batch_without_commands_is_refused(hand: Hand) -> None:
    assert hand.refused("batch") == (400, "100", "Could not find value for parameter {cmd}")
