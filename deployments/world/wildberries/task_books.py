"""Assembly tasks («сборочные задания»): one piece each, those of one basket share an ``order_uid``."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from deployments.world.wildberries.counting import Ids

FIRST_HOUR = timedelta(hours=1)
KEPT_FOR = timedelta(days=92)


@dataclass(kw_only=True)
class Task:
    """One piece sold. It is shown from ``visible_at`` on, its date is ``created_at``; ``supply_ref`` is empty outside a supply."""

    task_id: int = 0
    order_uid: str = ""
    rid: str = ""
    article: str
    nm_id: int
    chrt_id: int = 0
    skus: list[str] = field(default_factory=list)
    warehouse_id: int
    office_id: int
    cargo_type: int
    price_kopecks: int = 0
    created_at: datetime
    visible_at: datetime
    supplier_status: str = "new"
    wb_status: str = "waiting"
    comment: str = ""
    supply_ref: str = ""
    lacks_declaration: bool = False

    @property
    def is_cancelled(self) -> bool:
        """By anybody."""
        return self.supplier_status == "cancel" or self.wb_status in {"canceled", "canceled_by_client", "declined_by_client", "defect"}

    @property
    def is_cancellable(self) -> bool:
        """By the seller: until the piece is in Wildberries' hands."""
        return self.supplier_status in {"new", "confirm"} and self.wb_status == "waiting"

    @property
    def is_new(self) -> bool:
        """Waits for the seller."""
        return self.supplier_status == "new" and self.wb_status == "waiting"

    @property
    def state(self) -> str:
        """In a word."""
        return "cancelled" if self.is_cancelled else self.supplier_status

    def cancel_by_seller(self) -> None:
        """The seller takes it back."""
        self.supplier_status, self.wb_status = "cancel", "canceled"

    def cancel_by_buyer(self, now: datetime) -> None:
        """The buyer changes their mind: in the first hour, before assembly, or at the pick-up point."""
        is_early = self.supplier_status == "new" and now - self.created_at < FIRST_HOUR
        self.wb_status = "declined_by_client" if is_early else "canceled_by_client"


@dataclass(kw_only=True)
class TaskBook:
    """Tasks by id, rising, and the ids of each basket."""

    tasks: dict[int, Task] = field(default_factory=dict)
    baskets: dict[str, list[int]] = field(default_factory=dict)
    _ids: Ids = field(default_factory=lambda: Ids(upcoming=13_833_711))

    def place(self, placed: Task, pcs: int, *, chrt_id: int, skus: list[str], price_kopecks: int) -> list[Task]:
        """A task for each of the pieces."""
        ids = [self._ids.take() for _ in range(pcs)]
        order_uid = f"{ids[0]}_{_digest(f'basket {ids[0]}')}"
        for task_id in ids:
            self.tasks[task_id] = replace(
                placed,
                task_id=task_id,
                order_uid=order_uid,
                rid=_digest(f"task {task_id}"),
                chrt_id=chrt_id,
                skus=list(skus),
                price_kopecks=price_kopecks,
            )
        self.baskets[order_uid] = ids
        return [self.tasks[task_id] for task_id in ids]

    def basket(self, order_uid: str) -> list[Task]:
        """The tasks of one order."""
        return [self.tasks[task_id] for task_id in self.baskets.get(order_uid, [])]

    def seen(self, now: datetime) -> list[Task]:
        """Tasks that are shown, by id."""
        return [task for task in self.tasks.values() if task.visible_at <= now]


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
