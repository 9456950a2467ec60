"""``utyug``: the commands of the one who installs and runs it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from adapters.errors import Misconfigured

app = typer.Typer(help="Utyug: буфер между 1С, сайтом, маркетплейсами, CRM и доставкой.", no_args_is_help=True)


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
def deploy() -> None:
    """Записать потоки, расписания и оповещения на сервер Prefect, названный в PREFECT_API_URL."""
    from adapters.settings import read_settings
    from deployments.addresses import read_addresses
    from deployments.deploy import deploy as write

    with said_plainly():
        settings = read_settings()
        write(settings, gateway_url=read_addresses(settings.var_dir).gateway)


@app.command()
def migrate() -> None:
    """Довести схему базы Utyug до последней версии."""
    from adapters.hub.migrate import migrate as bring_up
    from adapters.settings import read_settings

    with said_plainly():
        bring_up(read_settings().hub_url())
        typer.echo("Схема базы в порядке.")


@contextmanager
def said_plainly() -> Iterator[None]:
    """A wrong setting is a sentence, not a traceback."""
    try:
        yield
    except Misconfigured as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
