import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from adapters.clock import Clock
from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.incidents import Incidents
from adapters.settings import GatewaySettings, MessageSettings, PrefectSettings, Route, Settings
from deployments.postgres import EmbeddedPostgres
from deployments.processes import await_until
from deployments.silence import answers
from deployments.supervisor import Supervisor
from tests.deployments.mailbox import Mailbox, opened_mailbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
SLOW_S = 180.0
DEPLOY_HANGING = """
from pathlib import Path
from prefect import flow
made = flow.from_source(source=Path(%r), entrypoint="hanging.py:hanging")
made.deploy(name="test", work_pool_name="utyug", build=False, print_next_steps=False, ignore_warnings=True)
"""


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with opened_mailbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, mailbox: Mailbox) -> Iterator[Supervisor]:
    """Everything `utyug up` runs, with a mailbox to write to."""
    settings = Settings(
        var_dir=tmp_path_factory.mktemp("utyug") / "var",
        prefect=PrefectSettings(port=0),
        gateway=GatewaySettings(port=0),
        messages=MessageSettings(routes={"owner": Route(urls=[SecretStr(mailbox.url)])}, silent_after_s=4.0),
    )
    try:
        with Supervisor(settings) as supervisor:
            yield supervisor
    finally:
        EmbeddedPostgres(settings.var_dir).discard()


@pytest.fixture
def hub(running: Supervisor) -> Iterator[Hub]:
    with Hub(running.settings.hub_url(), clock=Clock()) as opened:
        yield opened


def ask(running: Supervisor, path: str, **wanted: Any) -> Any:
    answer = httpx.post(f"{running.api_url}{path}", json=wanted, timeout=30)
    return answer.raise_for_status().json()


def run_of(running: Supervisor, deployment: str, **parameters: object) -> str:
    """A run, made as soon as Prefect's own database has a moment for it."""
    known = httpx.get(f"{running.api_url}/deployments/name/{deployment}", timeout=30).raise_for_status().json()
    answers: list[httpx.Response] = []

    def is_made() -> bool:
        url = f"{running.api_url}/deployments/{known['id']}/create_flow_run"
        answers.append(httpx.post(url, json={"parameters": parameters}, timeout=30))
        return answers[-1].status_code != httpx.codes.SERVICE_UNAVAILABLE

    assert await_until(is_made, timeout_s=SLOW_S)
    return str(answers[-1].raise_for_status().json()["id"])


def state_of(running: Supervisor, run_id: str) -> str:
    return str(httpx.get(f"{running.api_url}/flow_runs/{run_id}", timeout=30).raise_for_status().json()["state_name"])


def test_a_run_that_was_killed_reaches_the_owner_by_mail(running: Supervisor, mailbox: Mailbox, tmp_path: Path) -> None:
    script = DEPLOY_HANGING % str(Path(__file__).parent)
    subprocess.run([sys.executable, "-c", script], env=running.environment, check=True, timeout=SLOW_S)
    pid_file = tmp_path / "pid"
    run_id = run_of(running, "hanging/test", pid_file=str(pid_file))
    assert await_until(lambda: pid_file.exists() and pid_file.read_text() != "", timeout_s=SLOW_S)
    os.kill(int(pid_file.read_text()), signal.SIGKILL)
    letter = mailbox.wait_for("hanging", timeout_s=SLOW_S)
    assert "запуск оборвался" in letter
    assert run_id in letter
    assert running.ui_url in letter
    assert state_of(running, run_id) == "Crashed"


def test_an_incident_in_the_hub_reaches_the_owner_by_mail(hub: Hub, mailbox: Mailbox) -> None:
    Incidents(hub).report(kind="feed_held", cause="feed:7", sentence="Выгрузка №7 обнулила бы 90 % товаров.")
    letter = mailbox.wait_for("Выгрузка №7", timeout_s=SLOW_S)
    assert "задержана" in letter
    Incidents(hub).recover(kind="feed_held", cause="feed:7")
    mailbox.wait_for("Прошло", timeout_s=SLOW_S)


def test_a_feed_that_waits_is_taken_by_a_run_nobody_had_to_start(running: Supervisor, hub: Hub) -> None:
    for _ in range(2):
        take_in_nothing(hub)
        runs = ask(running, "/flow_runs/filter", flows={"name": {"any_": ["catalog"]}}, sort="EXPECTED_START_TIME_ASC")
        if any("dispatched" in run["tags"] for run in runs):
            return
    pytest.fail(f"only schedules started runs: {[run['tags'] for run in runs]}")


def take_in_nothing(hub: Hub) -> None:
    """A file comes and is taken; if just then a schedule's run is there, it takes it."""
    inbox = Inbox(hub)
    feed_id = inbox.begin(source="main", exchange="catalog", name="import.xml", kind="xml")
    with Path(os.devnull).open("rb") as nothing:
        inbox.append(feed_id, nothing)
    inbox.complete(feed_id)
    assert await_until(lambda: inbox.feed(feed_id).state != "waiting", timeout_s=SLOW_S)


def test_a_part_that_stays_silent_is_an_incident_and_its_return_ends_it(running: Supervisor, hub: Hub, mailbox: Mailbox) -> None:
    pid = running.pid("gateway")
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        assert "не отвечает" in mailbox.wait_for("Шлюз", timeout_s=SLOW_S)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert await_until(lambda: not Incidents(hub).live(kind="silent"), timeout_s=SLOW_S)


@pytest.mark.parametrize("name", ["gateway", "worker", "server"])
def test_a_part_that_is_killed_comes_back_by_itself(running: Supervisor, name: str) -> None:
    before = running.pid(name)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert await_until(lambda: running.pid(name) != before, timeout_s=SLOW_S)
    assert await_until(answers(running.addresses.health[name]), timeout_s=SLOW_S)


def test_the_schedules_make_runs(running: Supervisor) -> None:
    def planned() -> bool:
        wanted = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}, "deployments": {"name": {"any_": ["1c"]}}}
        return len(ask(running, "/flow_runs/filter", **wanted)) > 0

    assert await_until(planned, timeout_s=SLOW_S)


def test_deploying_again_changes_nothing(running: Supervisor) -> None:
    def deployed() -> dict[str, list[str]]:
        return {
            "deployments": sorted(one["name"] for one in ask(running, "/deployments/filter")),
            "automations": sorted(one["name"] for one in ask(running, "/automations/filter")),
        }

    before = deployed()
    subprocess.run(
        [sys.executable, "-m", "deployments.deploy"], env=running.environment, check=True, timeout=SLOW_S, stdin=subprocess.DEVNULL
    )
    assert deployed() == before
    assert before["automations"] == ["utyug: run_crashed", "utyug: run_failed", "utyug: run_timed_out", "utyug: zombie"]


def test_a_second_supervisor_in_the_same_folder_is_refused(running: Supervisor) -> None:
    with pytest.raises(Misconfigured, match="уже запущен"):
        Supervisor(running.settings).start()
    assert answers(running.addresses.health["server"])()


def test_the_hub_that_is_killed_comes_back_at_the_same_address(running: Supervisor, hub: Hub) -> None:
    pid_file = running.settings.var_dir / "postgres" / "data" / "postmaster.pid"
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)

    def is_back() -> bool:
        with suppress(OperationalError), Hub(running.settings.hub_url(), clock=Clock()) as again:
            Incidents(again).live()
            return True
        return False

    assert await_until(is_back, timeout_s=SLOW_S)
