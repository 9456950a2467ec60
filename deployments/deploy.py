"""`utyug deploy`: the work pool, the deployments of prefect.yaml and the automations, written to Prefect's server; safe to repeat."""

import asyncio
import subprocess
import sys

from adapters.errors import Misconfigured
from adapters.settings import Settings, read_settings
from deployments.environment import ROOT


def deploy(settings: Settings, *, gateway_url: str) -> None:
    """Write everything; the server is the one this process' environment names.

    Args:
        settings: of the shop.
        gateway_url: where Prefect's server reaches the gateway.

    Raises:
        Misconfigured: a flow cannot be deployed, or the gateway has no secret for its hooks.
    """
    from deployments.automations import apply_automations

    if settings.gateway.hooks_secret is None:
        raise Misconfigured("Задайте UTYUG_GATEWAY__HOOKS_SECRET: без него Prefect не сможет сообщать об упавших запусках.")
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL) as deploying:
        asyncio.run(apply_automations(hook_url=f"{gateway_url}/hooks/prefect", secret=settings.gateway.hooks_secret))
    if deploying.returncode:
        raise Misconfigured("Prefect не принял описание потоков из prefect.yaml; подробности выше.")


if __name__ == "__main__":
    from deployments.addresses import read_addresses

    told = read_settings()
    deploy(told, gateway_url=read_addresses(told.var_dir).gateway)
