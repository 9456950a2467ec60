"""Supplies («поставки»): what is handed over together. Tasks of one supply are alike in warehouse and class of size."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from deployments.world.wildberries.counting import Ids
from deployments.world.wildberries.task_books import Task


@dataclass(kw_only=True)
class Supply:
    """A supply; it takes its class of size and its warehouse from its first task."""

    number: int
    name: str
    created_at: datetime
    closed_at: datetime | None = None
    cargo_type: int = 0
    warehouse_id: int = 0
    task_ids: list[int] = field(default_factory=list)

    @property
    def supply_ref(self) -> str:
        """As the vendor writes it."""
        return f"WB-GI-{self.number}"

    def takes(self, tasks: Iterable[Task]) -> bool:
        """Whether it is open, all of them may be assembled and all are alike and like what is in it."""
        tasks = list(tasks)
        kinds = {(task.warehouse_id, task.cargo_type) for task in tasks}
        if self.task_ids:
            kinds.add((self.warehouse_id, self.cargo_type))
        return self.closed_at is None and len(kinds) == 1 and all(task.is_cancellable for task in tasks)


@dataclass(kw_only=True)
class SupplyBook:
    """Supplies by id, oldest first."""

    supplies: dict[str, Supply] = field(default_factory=dict)
    _ids: Ids = field(default_factory=lambda: Ids(upcoming=1_234_567))

    def make(self, name: str, now: datetime) -> Supply:
        """A new one, empty; its name may be another's too."""
        one = Supply(number=self._ids.take(), name=name, created_at=now)
        self.supplies[one.supply_ref] = one
        return one

    def put(self, supply: Supply, tasks: Iterable[Task]) -> None:
        """Tasks enter a supply, out of another one too, and are being assembled."""
        for task in tasks:
            self.forget(task)
            supply.task_ids.append(task.task_id)
            supply.cargo_type, supply.warehouse_id = task.cargo_type, task.warehouse_id
            task.supply_ref, task.supplier_status = supply.supply_ref, "confirm"

    def forget(self, task: Task) -> None:
        """A task leaves its supply."""
        supply = self.supplies.get(task.supply_ref)
        if supply is not None:
            supply.task_ids.remove(task.task_id)
            task.supply_ref = ""
