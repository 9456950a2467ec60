"""Runs of shipments in a process of its own that is killed on the way: what `test_shipments_killed` starts.

``python -m tests.flows.shipping POINT``: the flow runs again and again until the process kills itself at one of `POINTS`.
``python -m tests.flows.shipping moment SECONDS``: until it is killed so long after its first run began, wherever it is then.
Settings and Prefect's server are the environment's.
"""

import sys
import threading
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from adapters.cdek.client import CdekClient
from adapters.cdek.intakes import CdekIntakes
from adapters.cdek.orders import CdekOrders
from adapters.cdek.tracking import CdekTracking
from adapters.hub.courier_calls import CourierCalls
from adapters.hub.shipments import Shipments
from flows.shipments import shipments
from tests.flows.delivering import dies_after
from tests.flows.dying import die

MOMENT = "moment"
RUNS_AT_MOST = 30


def dies_over(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step to its end, and the power cut once it has come to something."""

    def then_dies(*given: Any, **named: Any) -> Any:
        told = step(*given, **named)
        if told and told != ([], {}):
            die()
        return told

    return then_dies


POINTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "claimed": ("adapters.hub.shipments.Shipments.claim", dies_over(Shipments.claim)),
    "marked": ("adapters.hub.shipments.Shipments.mark", dies_after(Shipments.mark)),
    "looked up": ("adapters.cdek.client.CdekClient.order_of", dies_after(CdekClient.order_of)),
    "sent": ("adapters.cdek.orders.CdekOrders._made", dies_after(CdekOrders._made)),
    "key kept": ("adapters.hub.shipments.Shipments.note_ref", dies_after(Shipments.note_ref)),
    "settling": ("adapters.hub.shipments.Shipments.settle", die),
    "half settled": ("adapters.hub.shipment_booking.tell", die),
    "settled": ("adapters.hub.shipments.Shipments.settle", dies_after(Shipments.settle)),
    "call-off claimed": ("adapters.hub.shipments.Shipments.claim_call_offs", dies_over(Shipments.claim_call_offs)),
    "called off": ("adapters.cdek.orders.CdekOrders._asked_off", dies_after(CdekOrders._asked_off)),
    "call-off settled": ("adapters.hub.shipments.Shipments.settle_call_offs", dies_after(Shipments.settle_call_offs)),
    "track read": ("adapters.cdek.tracking.CdekTracking.read_track", dies_after(CdekTracking.read_track)),
    "half tracked": ("adapters.hub.shipment_tracking.tell", die),
    "tracked": ("adapters.hub.shipments.Shipments.record_tracks", dies_over(Shipments.record_tracks)),
    "label filed": ("tasks.shipment_papers.Labels.keep", die),
    "courier asked": ("adapters.cdek.intakes.CdekIntakes.ask_pickup", dies_after(CdekIntakes.ask_pickup)),
    "courier settled": ("adapters.hub.courier_calls.CourierCalls.settle", dies_after(CourierCalls.settle)),
    "number told": ("adapters.hub.shipments.Shipments.settle_parts", die),
}
"""Where the process dies: what it names is done, and nothing after it."""


def main(point: str, *after_s: str) -> None:
    """Run, and die on the way."""
    if point == MOMENT:
        threading.Timer(float(after_s[0]), die).start()
        run_on()
    else:
        target, instead = POINTS[point]
        with patch(target, instead):
            run_on()


def run_on() -> None:
    """As long as a shop would."""
    for _ in range(RUNS_AT_MOST):
        shipments()


if __name__ == "__main__":
    main(*sys.argv[1:])
