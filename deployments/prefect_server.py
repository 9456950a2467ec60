"""Prefect's server, started with one correction: ``python -m deployments.prefect_server`` takes what ``prefect server start`` takes.

Prefect 3.8.8 allows SQLAlchemy 2.1, whose bulk insert refuses a row with a key that is a hybrid property without a setter for bulk
inserts. The scheduler's rows of planned runs hold such a key (``state``, which it stores by itself afterwards), so under 2.1 no cron
schedule ever makes a run. SQLAlchemy 2.0 ignored the key; here it is ignored again.
"""

import runpy
import sys
from collections.abc import MutableMapping
from typing import Any, cast

from prefect.server.database.orm_models import FlowRun, TaskRun
from sqlalchemy import inspect
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapper


def ignore_state_in_bulk_inserts() -> None:
    """Let Prefect's rows of planned runs be inserted under SQLAlchemy 2.1."""
    for run in (FlowRun, TaskRun):
        mapper: Mapper[Any] = inspect(run)
        hybrid = cast("hybrid_property[Any]", mapper.all_orm_descriptors["state"])
        hybrid.inplace.bulk_dml(_ignore)


def _ignore(cls: Any, mapping: MutableMapping[str, Any], value: Any) -> None:  # noqa: ANN401
    """The state is stored by the scheduler itself, in a table of its own."""


if __name__ == "__main__":
    ignore_state_in_bulk_inserts()
    sys.argv = ["prefect", "server", "start", *sys.argv[1:]]
    runpy.run_module("prefect", run_name="__main__")
