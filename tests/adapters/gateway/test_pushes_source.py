"""Who really sent a push."""

from ipaddress import ip_address

import pytest

from adapters.errors import Misconfigured
from adapters.gateway.pushes_source import is_within, networks_of, source_of
from adapters.ozon.pushes import OzonPushes
from adapters.yandex_market.pushes import YandexPushes

OZON = networks_of("ozon", OzonPushes.networks)
YANDEX = networks_of("yandex", YandexPushes.networks)


def comes_from(peer: str | None, *forwarded: str) -> str | None:
    source = source_of(peer, forwarded)
    return None if source is None else str(source)


def test_an_outside_peer_is_itself_whatever_it_writes() -> None:
    assert comes_from("8.8.8.8", "195.34.21.5") == "8.8.8.8"


@pytest.mark.parametrize("proxy", ["127.0.0.1", "::1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "fd00::1", "::ffff:127.0.0.1"])
def test_a_proxy_of_ours_is_believed(proxy: str) -> None:
    assert comes_from(proxy, "195.34.21.5") == "195.34.21.5"


def test_what_stands_before_the_address_that_our_proxy_saw_is_anybodys_writing() -> None:
    assert comes_from("127.0.0.1", "195.34.21.5, 8.8.8.8") == "8.8.8.8"
    assert comes_from("127.0.0.1", "195.34.21.5", "8.8.8.8") == "8.8.8.8"


def test_proxies_in_a_row_are_passed_through() -> None:
    assert comes_from("127.0.0.1", "8.8.8.8, 195.34.21.5, 10.0.0.7, 192.168.0.2") == "195.34.21.5"


def test_a_proxy_that_says_nothing_is_itself() -> None:
    assert comes_from("127.0.0.1") == "127.0.0.1"


def test_a_private_address_seen_by_our_proxy_is_a_caller_inside() -> None:
    assert comes_from("127.0.0.1", "192.168.1.50") == "192.168.1.50"


@pytest.mark.parametrize("odd", ["", "unknown", "_hidden", "195.34.21.5.6", "<script>"])
def test_an_address_that_cannot_be_read_is_not_known(odd: str) -> None:
    assert comes_from("127.0.0.1", odd) is None
    assert comes_from("127.0.0.1", f"195.34.21.5, {odd}") is None


@pytest.mark.parametrize("written", ["195.34.21.5:443", '"195.34.21.5"', " 195.34.21.5 ", "::ffff:195.34.21.5"])
def test_an_address_is_read_as_proxies_write_it(written: str) -> None:
    assert comes_from("127.0.0.1", written) == "195.34.21.5"


def test_an_address_of_the_sixth_version_is_read_with_brackets_and_a_port() -> None:
    assert comes_from("127.0.0.1", "[2a02:6b8::1]:443") == "2a02:6b8::1"


def test_a_header_without_end_costs_nothing() -> None:
    assert comes_from("127.0.0.1", ",".join(["10.0.0.1"] * 100_000)) == "10.0.0.1"


def test_nobody_is_in_no_network() -> None:
    assert comes_from(None, "195.34.21.5") is None
    assert not is_within(None, OZON)


@pytest.mark.parametrize("inside", ["195.34.21.0", "195.34.21.255", "185.73.192.1", "185.73.195.254", "91.223.93.7"])
def test_ozons_networks_are_those_it_names(inside: str) -> None:
    assert is_within(ip_address(inside), OZON)
    assert not is_within(ip_address(inside), YANDEX)


@pytest.mark.parametrize("inside", ["5.45.207.1", "141.8.142.127", "5.255.253.126"])
def test_yandexs_networks_are_those_it_names(inside: str) -> None:
    assert is_within(ip_address(inside), YANDEX)
    assert not is_within(ip_address(inside), OZON)


@pytest.mark.parametrize("outside", ["195.34.22.0", "185.73.196.0", "5.45.207.128", "141.8.142.128", "2a02:6b8::1"])
def test_a_neighbour_is_outside(outside: str) -> None:
    assert not is_within(ip_address(outside), OZON + YANDEX)


def test_a_network_that_is_none_is_told_by_the_name_of_its_setting() -> None:
    with pytest.raises(Misconfigured, match=r"channels\.ozon\.orders\.push_networks"):
        networks_of("channels.ozon.orders", ["195.34.21.7/24"])
