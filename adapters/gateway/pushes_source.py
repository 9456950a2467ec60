"""Where a push really comes from, and whether that is one of the vendor's networks.

The peer of the connection is believed, unless it is a proxy of our own. Only a peer on this machine or in a private network may be one, so
only then X-Forwarded-For is read, from its end: every proxy appends whom it saw, and the last address that is no proxy of ours is the one
that a proxy of ours saw itself. Whatever stands before it anybody may have written. Behind a proxy that passes no such header a vendor's
push is refused, since where it came from is not known.

What is left: who sits in our private network, or comes through an address translation that hides outside addresses behind a private one,
may write the header himself. He still needs the secret address, and a push is but a hint to look.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from adapters.errors import Misconfigured

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

MOST_HOPS = 20
PROXIES: tuple[Network, ...] = tuple(
    ip_network(one) for one in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")
)


def networks_of(section: str, given: Iterable[str]) -> tuple[Network, ...]:
    """Networks as a section of the settings names them.

    Raises:
        Misconfigured: one is none.
    """
    try:
        return tuple(ip_network(one) for one in given)
    except ValueError as error:
        raise Misconfigured(f"{section}.push_networks: {error}. Пишите сети так: 195.34.21.0/24.") from None


def source_of(peer: str | None, forwarded: Sequence[str]) -> Address | None:
    """Who sent it.

    Args:
        peer: the other end of the connection.
        forwarded: X-Forwarded-For, header by header as they came.

    Returns:
        The address; none where it is not known.
    """
    source = _address(peer or "")
    hops = [hop for header in forwarded for hop in header.split(",")]
    for hop in reversed(hops[-MOST_HOPS:]):
        if source is None or not is_within(source, PROXIES):
            break
        source = _address(hop)
    return source


def is_within(source: Address | None, networks: Iterable[Network]) -> bool:
    """Whether an address is in one of the networks; an unknown one is in none."""
    return source is not None and any(source.version == network.version and source in network for network in networks)


def _address(text: str) -> Address | None:
    """An address as proxies write it: alone, with a port, in brackets."""
    bare = text.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
