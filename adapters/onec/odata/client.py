"""A base of 1C behind its standard OData interface: how it is called, and how long lists are read.

Source: `reference/commerceml.md` §5.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import httpx

from adapters.clock import Clock
from adapters.errors import ContractBroken, Rejected, Unavailable
from adapters.http import SAFE_METHODS, Connection
from adapters.onec.odata.answers import INTERNAL, Columns, error_of, page_of
from adapters.onec.odata.literals import address, guid
from adapters.onec.odata.settings import INTERFACE, OdataSettings
from adapters.pace import Limit, Pace

Rows = list[dict[str, Any]]

SYSTEM = "onec"


class NotEnabled(Rejected):
    """An object of the base is not in its OData interface, or is not in its configuration at all.

    Args:
        name: the object.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"1С не отдаёт «{name}»: объект не включён в интерфейс OData или в этой базе называется иначе.", system=SYSTEM)
        self.name = name


class Shifted(Exception):
    """Rows moved between two pages."""


class OdataClient:
    """One base.

    Args:
        settings: of the base.
        clock: the shop's clock.
        pace: turns shared with whoever else calls the base; this process's own by default.
        transport: the test seam.
    """

    PAGE = 1000
    ATTEMPTS = 3

    def __init__(
        self, *, settings: OdataSettings, clock: Clock, pace: Pace | None = None, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._settings = settings
        self._names = settings.names
        self._clock = clock
        # A call takes a session and a licence of 1C; which of them are free is the shop's own count.
        self._limits = {Limit(name="sessions", parallel=settings.at_once): 1}
        self._connection = Connection(
            system=SYSTEM,
            title="1С",
            base_url=f"{settings.url}{INTERFACE}/",
            auth=httpx.BasicAuth(settings.user, settings.password.get_secret_value()),
            timeout_s=settings.timeout_s,
            clock=clock,
            refusal_code=_refusal_code,
            pace=pace,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def get(self, path: str, options: Mapping[str, str] | None = None) -> httpx.Response:
        """What the base has at an address.

        Raises:
            NotEnabled: it does not show that object.
            SyncError: as `Connection.call`.
        """
        where = address(path, {"$format": "json", **(options or {})})
        try:
            return self._connection.call("GET", where, limits=self._limits)
        except Rejected as error:
            raise explained(error, path) from None

    def ask(self, path: str, columns: Columns, options: Mapping[str, str] | None = None) -> Rows:
        """Rows at an address, only the fields named: without ``$select`` all tables would come along.

        Raises:
            SyncError: as `get` and `Connection.read`.
        """
        response = self.get(path, {"$select": ",".join(one.theirs for one in columns), **(options or {})})
        page = self._connection.read(response, page_of(columns), is_repeatable=True)
        return [dict(row) for row in page.value]

    def read_objects(self, name: str, columns: Columns) -> Rows:
        """All objects of a catalogue that the user may see, each page after the last key of the one before.

        Where the base does not compare references, they are read as `read_table`.

        Raises:
            SyncError: as `ask`.
        """
        rows: Rows = []
        options = {"$orderby": "Ref_Key", "$top": str(self.PAGE), "allowedOnly": "true"}
        while True:
            after = {"$filter": f"Ref_Key gt {guid(rows[-1]['ref'])}"} if rows else {}
            try:
                page = self.ask(name, columns, {**options, **after})
            except Rejected as error:
                if not rows or isinstance(error, NotEnabled):
                    raise
                return self.read_table(name, columns, order=("Ref_Key",))
            if rows and page and page[-1]["ref"] == rows[-1]["ref"]:
                raise ContractBroken(f"1С отдаёт одну и ту же страницу «{name}» снова и снова.", system=SYSTEM)
            rows += page
            if len(page) < self.PAGE:
                return rows

    def read_table(self, path: str, columns: Columns, *, order: Sequence[str]) -> Rows:
        """All rows of a table that has no key of its own, page by page in the order of fields that tell its rows apart.

        Each page begins with the last row of the one before: where it does not, rows were added or have gone meanwhile, one may have
        been skipped, and all is read anew.

        Raises:
            Unavailable: the table changes faster than it is read.
            SyncError: as `ask`.
        """
        for _ in range(self.ATTEMPTS):
            try:
                return self._pages(path, columns, order)
            except Shifted:
                continue
        raise Unavailable("Данные 1С меняются быстрее, чем читаются: прочитаем в следующий раз.", system=SYSTEM)

    def local_now(self) -> datetime:
        """1C's local time."""
        return self.local(self._clock.now())

    def local(self, at: datetime) -> datetime:
        """An instant as 1C's server writes it."""
        return at.astimezone(ZoneInfo(self._settings.time_zone)).replace(tzinfo=None)

    def _pages(self, path: str, columns: Columns, order: Sequence[str]) -> Rows:
        ours = [one.ours for one in columns if one.theirs in order]
        options = {"$orderby": ",".join(order), "$top": str(self.PAGE), "allowedOnly": "true"}
        rows: Rows = []
        while True:
            skip = {"$skip": str(len(rows) - 1)} if rows else {}
            page = self.ask(path, columns, {**options, **skip})
            if rows and (not page or any(page[0][name] != rows[-1][name] for name in ours)):
                raise Shifted
            rows += page[1:] if rows else page
            if len(page) < self.PAGE:
                return rows


def explained(error: Rejected, path: str) -> Rejected:
    """The refusal with what it means here."""
    told = error_of(error.answer)
    if told is not None and told.is_no_set:
        return NotEnabled(path.partition("/")[0].partition("(")[0])
    return error


def _refusal_code(response: httpx.Response) -> str | None:
    """1C's own code. A write that 1C failed at was rolled back with its transaction; a read that it failed at may go well next time."""
    told = error_of(response.content)
    if told is None or (told.code == INTERNAL and response.request.method in SAFE_METHODS):
        return None
    return told.code or None
