"""What a child process is told: the supervisor's own settings, whole, and Prefect's."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, SecretStr

from adapters.settings import Settings
from deployments.addresses import Addresses

ROOT = Path(__file__).resolve().parent.parent
MARK = "UTYUG_SUPERVISED"
PREFECT_DATABASE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
SLOT_WAIT_S = 5
"""A run that found its deployment busy tries again after so long; 30 s by default."""
HEARTBEAT_S = 60
"""How often a run says that it lives; the zombie automation waits three of them."""


def child_environment(settings: Settings, addresses: Addresses, *, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of every child: nothing of ours is inherited by accident, and the settings file is not read twice.

    Args:
        settings: as the supervisor uses them, the hub's address included.
        addresses: where Prefect's server will be.
        given: what else the caller wants, over everything.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("UTYUG_", "PREFECT_"))}
    kept = {PREFECT_DATABASE: os.environ[PREFECT_DATABASE]} if PREFECT_DATABASE in os.environ else {}
    return {
        **inherited,
        **kept,
        **settings_environment(settings),
        **_prefect_environment(settings, addresses),
        "UTYUG_TOML": os.devnull,
        "UTYUG_ROOT": str(ROOT),
        MARK: mark_of(settings.var_dir),
        "PYTHONUNBUFFERED": "1",
        **(given or {}),
    }


def completed_settings(settings: Settings, addresses: Addresses) -> Settings:
    """The settings with what only a running Utyug knows: its ports, the hook's secret, where the UI is.

    Args:
        settings: as read.
        addresses: where everything is.
    """
    gateway, messages, var_dir = settings.gateway, settings.messages, settings.var_dir.resolve()
    secret = {} if gateway.hooks_secret else {"hooks_secret": _kept_secret(var_dir / "hooks.secret")}
    shown = {} if "ui_url" in messages.model_fields_set else {"ui_url": addresses.server}
    return settings.model_copy(
        update={
            "var_dir": var_dir,
            "gateway": gateway.model_copy(update={"port": int(addresses.gateway.rsplit(":", 1)[1]), **secret}),
            "messages": messages.model_copy(update=shown),
        }
    )


def _kept_secret(path: Path) -> SecretStr:
    """Made once and kept: Prefect's automations know it."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return SecretStr(path.read_text().strip())


def mark_of(var_dir: Path) -> str:
    """What the processes of one supervisor carry, so that the next one knows them."""
    return str(var_dir.resolve())


def settings_environment(settings: Settings) -> dict[str, str]:
    """The settings as the variables `read_settings` reads, secrets in the clear."""
    told: dict[str, str] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value is not None:
            plain = _revealed(value)
            told[f"UTYUG_{name}".upper()] = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    return told


def _revealed(value: object) -> object:
    match value:
        case BaseModel():
            return {name: _revealed(getattr(value, name)) for name in type(value).model_fields}
        case SecretStr():
            return value.get_secret_value()
        case dict():
            return {name: _revealed(part) for name, part in value.items()}
        case list() | tuple() | frozenset():
            return [_revealed(part) for part in (sorted(value) if isinstance(value, frozenset) else value)]
        case Path():
            return str(value.resolve())
        case _:
            return value if isinstance(value, bool | int | float | None) else str(value)


def _prefect_environment(settings: Settings, addresses: Addresses) -> dict[str, str]:
    worker_host, worker_port = addresses.worker.removeprefix("http://").rsplit(":", 1)
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str((settings.var_dir / "prefect").resolve()),
        "PREFECT_API_URL": addresses.api,
        "PREFECT_UI_URL": settings.messages.ui_url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": str(SLOT_WAIT_S),
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_S),
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_WORKER_WEBSERVER_HOST": worker_host,
        "PREFECT_WORKER_WEBSERVER_PORT": worker_port,
    }
