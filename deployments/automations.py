"""What Prefect's server does by itself when a run goes wrong: tell the gateway, and declare dead what fell silent.

These work when the run's process cannot: it was killed, the worker was killed, the machine went down. Written anew at each deployment.
"""

from datetime import timedelta
from uuid import UUID

from prefect.automations import Automation
from prefect.blocks.webhook import Webhook
from prefect.client.schemas.objects import StateType
from prefect.events.actions import CallWebhook, ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.types import SecretDict
from pydantic import SecretStr

from deployments.environment import HEARTBEAT_S

BLOCK = "utyug-gateway"
SECRET_HEADER = "X-Utyug-Secret"  # noqa: S105
KINDS = {"run_failed": "Failed", "run_crashed": "Crashed", "run_timed_out": "TimedOut"}
PAYLOAD = """{{{{ {{
    "event_id": event.id|string,
    "kind": "{kind}",
    "flow": flow.name,
    "run_name": flow_run.name,
    "run_id": flow_run.id|string,
    "state_message": event.resource["prefect.state-message"]|default("", true),
    "link": flow_run|ui_url
}}|tojson }}}}"""


async def apply_automations(*, hook_url: str, secret: SecretStr) -> None:
    """Write the automations and the secret block they call the gateway with; repeating changes nothing.

    Args:
        hook_url: the gateway's ``/hooks/prefect``.
        secret: what the gateway knows the server by.
    """
    block = Webhook(
        method="POST",
        url=SecretStr(hook_url),
        headers=SecretDict({SECRET_HEADER: secret.get_secret_value(), "Content-Type": "application/json"}),
    )
    block_id = await block.asave(BLOCK, overwrite=True)
    for automation in (*(_tells(kind, state, block_id) for kind, state in KINDS.items()), _declares_dead()):
        await _upsert(automation)


def _any_run() -> ResourceSpecification:
    return ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]})


def _tells(kind: str, state: str, block_id: UUID) -> Automation:
    return Automation(
        name=f"utyug: {kind}",
        description="Сообщить Utyug, что запуск не удался",
        trigger=EventTrigger(expect={f"prefect.flow-run.{state}"}, match=_any_run(), posture=Posture.Reactive, threshold=1),
        actions=[CallWebhook(block_document_id=block_id, payload=PAYLOAD.format(kind=kind))],
    )


def _declares_dead() -> Automation:
    """Any event of a run is a sign of life; a final one ends the watch."""
    return Automation(
        name="utyug: zombie",
        description="Объявить оборвавшимся запуск, который перестал подавать признаки жизни",
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.*"},
            match=_any_run(),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=3 * HEARTBEAT_S),
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message="Запуск перестал подавать признаки жизни")],
    )


async def _upsert(automation: Automation) -> None:
    try:
        known = await Automation.aread(name=automation.name)
    except ValueError:
        await automation.acreate()
    else:
        automation.id = known.id
        await automation.aupdate()
