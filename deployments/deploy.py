"""`utyug deploy`: the deployments of prefect.yaml and the automations, written to Prefect's server; safe to repeat.

Loading Prefect takes longer than writing. The supervisor therefore starts this as a process of its own while the server still boots.
"""

import asyncio
import os
import runpy
import sys

from prefect.cli import deploy as _loaded_early  # noqa: F401

from adapters.errors import Misconfigured
from adapters.settings import Settings, read_settings
from deployments.addresses import read_addresses
from deployments.automations import apply_automations
from deployments.environment import ROOT
from deployments.prefect_api import ensure_pool
from deployments.processes import await_until
from deployments.silence import answers
from tasks import catalog as _also_loaded_early  # noqa: F401

SERVER_S = 120.0


def deploy(settings: Settings, *, api_url: str, gateway_url: str) -> None:
    """Wait for the server and write everything.

    Args:
        settings: of the shop.
        api_url: Prefect's API; ``PREFECT_API_URL`` names the same.
        gateway_url: where Prefect's server reaches the gateway.

    Raises:
        Misconfigured: the server does not answer, a flow cannot be deployed, or the gateway has no secret for its hooks.
    """
    if settings.gateway.hooks_secret is None:
        raise Misconfigured("Задайте UTYUG_GATEWAY__HOOKS_SECRET: без него Prefect не сможет сообщать об упавших запусках.")
    if not await_until(answers(f"{api_url}/health"), timeout_s=SERVER_S):
        raise Misconfigured(f"Сервер Prefect не отвечает: {api_url}")
    ensure_pool(api_url)
    asyncio.run(apply_automations(hook_url=f"{gateway_url}/hooks/prefect", secret=settings.gateway.hooks_secret))
    if _prefect("--no-prompt", "deploy", "--all"):
        raise Misconfigured("Prefect не принял описание потоков из prefect.yaml; подробности выше.")


def _prefect(*arguments: str) -> int | str | None:
    """The `prefect` command inside this process; returns its exit code."""
    os.chdir(ROOT)
    sys.argv = ["prefect", *arguments]
    try:
        runpy.run_module("prefect", run_name="__main__")
    except SystemExit as ended:
        return ended.code
    return 0


if __name__ == "__main__":
    told = read_settings()
    at = read_addresses(told.var_dir)
    deploy(told, api_url=at.api, gateway_url=at.gateway)
