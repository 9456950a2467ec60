"""``utyug``: the commands of the one who installs and runs it."""

import logging
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import NoResultFound

from adapters.errors import Misconfigured
from deployments.customer_commands import customers
from deployments.plainly import said_plainly
from deployments.quarantine_commands import quarantine
from deployments.receipt_commands import receipt
from deployments.returns_commands import returns
from deployments.shipment_commands import shipment
from deployments.story.command import story

app = typer.Typer(
    help="Utyug: буфер между 1С, сайтом, маркетплейсами, CRM и доставкой.", no_args_is_help=True, pretty_exceptions_enable=False
)
app.add_typer(customers, name="customers")
app.add_typer(quarantine, name="quarantine")
app.add_typer(receipt, name="receipt")
app.add_typer(returns, name="returns")
app.add_typer(shipment, name="shipment")
app.command()(story)


@app.callback()
def main() -> None:
    """Utyug: буфер между 1С, сайтом, маркетплейсами, CRM и доставкой."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for noisy in ("httpx", "httpcore", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


@app.command()
def up() -> None:
    """Запустить всё: базу, сервер Prefect, исполнителя, шлюз для 1С. Ctrl+C останавливает."""
    from adapters.settings import read_settings
    from deployments.stopping import Stop
    from deployments.supervisor import Supervisor

    with said_plainly():
        stop = Stop()
        stop.heed()
        supervisor = Supervisor(read_settings())
        try:
            with stop.interrupts():
                supervisor.start()
            typer.echo(f"Prefect: {supervisor.ui_url}")
            typer.echo(f"Шлюз:    {supervisor.gateway_url}  (адрес для 1С: {supervisor.gateway_url}/1c/exchange)")
            stop.wait()
        finally:
            supervisor.stop()


@app.command()
def down() -> None:
    """Остановить всё, что запустила команда `utyug up` в этой папке."""
    from adapters.settings import read_settings
    from deployments.supervisor import stop_running

    with said_plainly():
        typer.echo("Utyug остановлен." if stop_running(read_settings().var_dir.resolve()) else "Utyug не запущен.")


@app.command()
def deploy() -> None:
    """Записать потоки, расписания и оповещения на сервер Prefect, который запустила команда `utyug up`."""
    import subprocess
    import sys

    from adapters.settings import read_settings
    from deployments.addresses import read_addresses
    from deployments.environment import ROOT, child_environment, completed_settings

    with said_plainly():
        settings = read_settings()
        at = read_addresses(settings.var_dir)
        environment = child_environment(completed_settings(settings, at), at)
    done = subprocess.run([sys.executable, "-m", "deployments.deploy"], cwd=ROOT, env=environment, check=False)
    raise typer.Exit(done.returncode)


@app.command()
def migrate() -> None:
    """Довести схему базы Utyug до последней версии."""
    from adapters.hub.migrate import migrate as bring_up
    from adapters.settings import read_settings

    with said_plainly():
        bring_up(read_settings().hub_url())
        typer.echo("Схема базы в порядке.")


@app.command()
def demo(
    export: Annotated[Path | None, typer.Option(help="Ваша выгрузка 1С: папка, архив или файл.")] = None,
    stay: Annotated[bool, typer.Option(help="Оставить всё работать до Ctrl+C.")] = False,
) -> None:
    """Показать главное от начала до конца: выгрузка 1С по HTTP, потоки, база, сайт."""
    from deployments.demo import run_demo

    with said_plainly():
        if not run_demo(export=export, stays=stay):
            raise typer.Exit(1)


@app.command()
def world(
    port: Annotated[int, typer.Option(help="Порт; 0 значит любой свободный.")] = 8700,
    speed: Annotated[float, typer.Option(min=0.1, help="Во сколько раз часы мира быстрее настоящих.")] = 1.0,
) -> None:
    """Запустить мир-дублёр: сайт, маркетплейсы, CRM и СДЭК на одном адресе, чтобы пробовать настройки без настоящих кабинетов."""
    from deployments.play_world import play

    with said_plainly():
        play(port=port, speed=speed)


@app.command()
def inspect(
    files: Annotated[list[Path], typer.Argument(help="Файлы, архивы и папки выгрузки.")],
    as_json: Annotated[bool, typer.Option("--json", help="Список для программы.")] = False,
) -> None:
    """Прочитать выгрузку 1С и сказать, что загрузилось бы и что нет, не трогая базу.

    С --json код выхода всегда 0: ответ программе даёт поле error каждого файла. Без --json код 1, если какой-то файл не прочитан.
    """
    from rich.console import Console

    from deployments.inspect import as_json as told
    from deployments.inspect import inspect_all, show

    inspections = list(inspect_all(files))
    if as_json:
        typer.echo(told(inspections))
    else:
        show(inspections, Console())
        if any(found.error for found in inspections):
            raise typer.Exit(1)


@app.command()
def why(
    sku: Annotated[str, typer.Argument(help="Артикул, код на площадке, штрихкод, Ид из 1С; или номер заказа, наш или площадки.")],
    channel: Annotated[str | None, typer.Argument(help="Площадка, как она названа в настройках; без неё все.")] = None,
) -> None:
    """Почему площадка показывает это число: счета, движения, правило, последнее чтение; или что стало с заказом во всех системах."""
    from rich.console import Console

    from adapters.hub.opening import open_hub
    from adapters.settings import read_settings
    from deployments.why import explain

    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            explain(hub, sku, channel, Console(), time_zone=settings.time_zone)


@app.command()
def doctor() -> None:
    """Осмотреть доступы, права, лимиты, адреса, часы и склады и сказать, что исправить. Код 1, если что-то плохо."""
    from rich.console import Console

    from adapters.hub.opening import open_hub
    from adapters.settings import read_settings
    from deployments.doctor import examine, show

    with said_plainly():
        settings = read_settings()
        with open_hub(settings) as hub:
            if not show(examine(hub, settings), Console()):
                raise typer.Exit(1)


@app.command()
def accept(
    feed: Annotated[int | None, typer.Argument(help="Номер задержанной ленты.")] = None,
    absent: Annotated[str | None, typer.Option(help="База 1С, из полной выгрузки которой товары пропали не по ошибке.")] = None,
) -> None:
    """Впустить ленту, которую задержала защита, или снять с продажи то, чего больше нет в полной выгрузке."""
    from adapters.hub.feeds import NotInState
    from adapters.hub.inbox import Inbox
    from adapters.hub.opening import open_hub
    from adapters.hub.series import Series
    from adapters.settings import read_settings

    if (feed is None) == (absent is None):
        raise typer.BadParameter("скажите номер ленты или --absent БАЗА, что-то одно")
    with said_plainly(), open_hub(read_settings()) as hub:
        if absent is not None:
            gone = sum(closed.missing for closed in Series(hub).accept(absent, now=hub.clock.now()))
            typer.echo(f"Снято с продажи: {gone}." if gone else f"У базы {absent} нет задержанной полной выгрузки.")
            return
        try:
            taken = Inbox(hub).accept(feed or 0)
        except (NotInState, NoResultFound):
            raise Misconfigured(f"Ленты {feed} нет среди задержанных: посмотрите номер в сообщении или в Prefect.") from None
        typer.echo(f"Лента {feed} ({taken.name}) принята: её загрузит поток catalog.")


if __name__ == "__main__":
    app()
