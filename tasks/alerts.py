"""Hooks by which a run tells the hub how it ended. A run that was killed cannot: the Prefect server's automations tell for it."""

from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import FlowRun, State

from adapters.hub.incidents import Incidents
from adapters.hub.opening import open_hub
from adapters.hub.run_events import RunEvents
from adapters.settings import read_settings

KINDS = ("run_failed", "run_crashed", "run_timed_out")


def tell_failure(flow: Flow[Any, Any], flow_run: FlowRun, state: State[Any]) -> None:
    """A flow's ``on_failure``: open the incident that the automation would open, once for both. A dry run writes nothing."""
    if _is_dry(flow_run):
        return
    settings = read_settings()
    with open_hub(settings) as hub:
        RunEvents(hub).report(
            kind="run_failed",
            run_ref=str(flow_run.id),
            cause=flow.name,
            sentence=f"Поток {flow.name} закончился ошибкой: {state.message or state.name}",
            advice="Откройте запуск по ссылке. Повторить его безопасно: Utyug продолжит с того же места.",
            link=f"{settings.messages.ui_url}/runs/flow-run/{flow_run.id}",
        )


def tell_recovery(flow: Flow[Any, Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001 - Prefect names them
    """A flow's ``on_completion``: what went wrong with it before is over. A dry run proves nothing and writes nothing."""
    if _is_dry(flow_run):
        return
    with open_hub(read_settings()) as hub:
        incidents = Incidents(hub)
        for kind in KINDS:
            incidents.recover(kind=kind, cause=flow.name)


def _is_dry(flow_run: FlowRun) -> bool:
    return bool(flow_run.parameters.get("dry_run"))
