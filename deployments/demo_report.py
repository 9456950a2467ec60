"""What the demo leaves for programs to read."""

from dataclasses import dataclass, field
from typing import Any

from deployments.demo_books import BookTold, ReturnTold, ShipmentTold
from deployments.demo_channels import ChannelTold
from deployments.demo_onward import OrderTold
from deployments.demo_orders import OrdersTold


@dataclass(kw_only=True)
class Report:
    """``report.json``: what was loaded and refused, what each channel took, what left and came back, which books agree, which flows ran."""

    loaded: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    channels: dict[str, ChannelTold] = field(default_factory=dict)
    flows: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    second_exchange: dict[str, Any] = field(default_factory=dict)
    orders: list[OrderTold] = field(default_factory=list)
    orders_took: dict[str, Any] = field(default_factory=dict)
    orders_by_channel: dict[str, OrdersTold] = field(default_factory=dict)
    shipments: list[ShipmentTold] = field(default_factory=list)
    returns: list[ReturnTold] = field(default_factory=list)
    books: dict[str, bool] = field(default_factory=dict)
    books_compared: dict[str, BookTold] = field(default_factory=dict)
