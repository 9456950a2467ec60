"""What Wildberries answers about supplies, and what decides which supply a task may go into. Source: `03-orders-fbs.yaml`."""

from pydantic import Field, TypeAdapter

from adapters.wildberries.answers import Answer


class Supply(Answer):
    """A supply («поставка»); ``done``: it was handed over and takes nothing more."""

    id: str
    name: str
    done: bool


class SuppliesPage(Answer):
    """GET /api/v3/supplies; ``next`` 0 where nothing is left."""

    supplies: list[Supply]
    next: int = 0


class SupplyMade(Answer):
    """POST /api/v3/supplies."""

    id: str


class TaskOptions(Answer):
    """Whether a task is a sale to a company."""

    is_b2b: bool = Field(default=False, alias="isB2B")


class NewTask(Answer):
    """A task of GET /api/v3/orders/new, as far as it must be alike in one supply."""

    id: int
    warehouse_id: int
    cargo_type: int = 0
    cross_border_type: int | None = None
    options: TaskOptions | None = None


class NewTasks(Answer):
    """GET /api/v3/orders/new."""

    orders: list[NewTask]


SUPPLIES = TypeAdapter(SuppliesPage)
SUPPLY_MADE = TypeAdapter(SupplyMade)
NEW_TASKS = TypeAdapter(NewTasks)
