"""What Prefect tells of a run that went wrong, kept once however often it is told."""

from sqlalchemy import func, select

from adapters.hub.hub import Hub
from adapters.hub.incidents import report_incident
from adapters.hub.journal import write
from adapters.hub.tables.journal import journal


class RunEvents:
    """The book of runs that went wrong: the flow's own hook and the server's automation both write here."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def report(self, *, kind: str, run_ref: str, cause: str, sentence: str, advice: str | None = None, link: str | None = None) -> bool:
        """Open or count the incident, unless this run was reported as this kind before.

        Args:
            kind: ``run_failed``, ``run_crashed``, ``run_timed_out``.
            run_ref: Prefect's id of the run.
            cause: the flow; its failing runs are one incident.
            sentence: what happened.
            advice: what the reader should do.
            link: the run in the Prefect UI.

        Returns:
            Whether it was news.
        """
        now = self._hub.clock.now()
        subject = f"run:{run_ref}"
        known = select(journal.c.journal_id).where(journal.c.subject == subject, journal.c.kind == kind).limit(1)
        with self._hub.engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(subject, 0))))
            if connection.scalar(known) is not None:
                return False
            write(connection, now, kind, subject, sentence)
            report_incident(connection, now, kind=kind, cause=cause, sentence=sentence, advice=advice, link=link)
        return True
