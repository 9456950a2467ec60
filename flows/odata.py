"""1C's registers by OData: read, compared with what its files brought, and a little of it taken."""

from prefect import flow, task

from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from adapters.hub.opening import open_hub
from adapters.onec.odata.opening import open_odata
from adapters.settings import Settings, read_settings
from tasks.alerts import tell_failure, tell_recovery
from tasks.odata import FigureRead, read_base, show_read
from tasks.policy import policy
from tasks.reporting import RunReport, fail_where_stopped, reported_run


@flow(
    name="odata",
    description="Остатки и цены из регистров 1С по OData: сверить с тем, что привёз обмен файлами, и рассказать, где они расходятся.",
    on_failure=[tell_failure],
    on_completion=[tell_recovery],
)
def odata(base: str | None = None, dry_run: bool = False) -> RunReport:
    """Read the registers of every base that has OData in its settings.

    Args:
        base: one of them by its name; all by default.
        dry_run: read and compare only; nothing is written anywhere.
    """
    settings = read_settings()
    names = _chosen(settings, base)
    if not names:
        return RunReport()
    with open_hub(settings) as hub, reported_run(hub, "odata", channel=base, dry_run=dry_run) as report:
        read = [one for name in names for one in look(hub, settings, name, dry_run=dry_run)]
        show_read(read, settings, report)
        fail_where_stopped(read)
    return report


@task(name="прочитать регистры 1С", task_run_name="прочитать регистры {name}", **policy)
def look(hub: Hub, settings: Settings, name: str, *, dry_run: bool) -> list[FigureRead]:
    """One base, figure by figure; what cannot be read stops nothing else, and fails the run in the end."""
    with open_odata(settings.onec.by_odata[name], hub=hub) as onec:
        return read_base(hub, settings, name, onec, dry_run=dry_run)


def _chosen(settings: Settings, base: str | None) -> list[str]:
    """The bases a run is for.

    Raises:
        Misconfigured: there is no such base, or it has no OData.
    """
    names = list(settings.onec.by_odata)
    if base is not None and base not in names:
        raise Misconfigured(
            f"По OData читать нечего: базы «{base}» с разделом odata нет в настройках. Есть: {', '.join(names) or 'ничего'}."
        )
    return names if base is None else [base]
