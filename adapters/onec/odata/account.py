"""Whether a base can be read and written by OData, in words for the shop's owner."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from adapters.capabilities import Finding
from adapters.errors import ContractBroken, Misconfigured, RateLimited, Rejected, SyncError, Unauthorized
from adapters.onec.odata.answers import error_of
from adapters.onec.odata.client import NotEnabled, OdataClient
from adapters.onec.odata.literals import function
from adapters.onec.odata.names import DocumentKind, DocumentNames, OdataNames
from adapters.onec.odata.settings import OdataSettings

COMPOSITION = "Откройте в 1С «Администрирование → Синхронизация данных → Настройка автоматического REST-сервиса (OData)»"
WORDS_MAX = 200


class Wanted(NamedTuple):
    """An object that is needed: what for, where it is asked, and the fields of it."""

    purpose: str
    path: str
    fields: tuple[str, ...]


class OdataAccount(OdataClient):
    """Looks after itself."""

    def examine(self) -> list[Finding]:
        """The address, the user, and every object and field of what is taken this way; raises nothing and writes nothing.

        The right to write a document shows only when the first one is written.
        """
        try:
            self.get("")
        except SyncError as error:
            return [_fault(error)]
        except Misconfigured as wrong:
            return [Finding(subject="host", level="fault", sentence=str(wrong), advice="Исправьте раздел odata этой базы в utyug.toml.")]
        findings = [self._host(), Finding(subject="credential", level="good", sentence="1С принимает пользователя обмена по OData.")]
        wanted = [*_wanted(self._names, self._settings)]
        return [*findings, *([*self._missing(wanted)] or [_good(wanted)])]

    def _host(self) -> Finding:
        if self._settings.url.lower().startswith("https://"):
            return Finding(subject="host", level="good", sentence="1С отвечает по OData, по https.")
        return Finding(
            subject="host",
            level="warning",
            sentence="1С отвечает по http: имя и пароль пользователя обмена идут по сети открыто.",
            advice="Опубликуйте базу по https или оставьте её доступной только внутри сети магазина.",
        )

    def _missing(self, all_wanted: Sequence[Wanted]) -> Iterator[Finding]:
        """What keeps objects from being read; the lines of a document that cannot be are not asked for as well."""
        closed: list[str] = []
        for wanted in all_wanted:
            if not wanted.path.startswith(tuple(f"{name}_" for name in closed)):
                found = [*self._look(wanted)]
                closed += [wanted.path] * len(found)
                yield from found

    def _look(self, wanted: Wanted) -> Iterator[Finding]:
        """What keeps one object from being read."""
        try:
            self.get(wanted.path, {"$select": ",".join(wanted.fields), "$top": "1", "allowedOnly": "true"})
        except NotEnabled as error:
            advice = f"{COMPOSITION} и отметьте «{error.name}»; если объект называется иначе, впишите его имя в настройки."
            sentence = f"1С не открыла по OData «{error.name}»: {wanted.purpose} по OData не работают."
            yield Finding(subject="right", level="fault", sentence=sentence, advice=advice)
        except Unauthorized:
            name = wanted.path.partition("/")[0]
            yield Finding(
                subject="right",
                level="fault",
                sentence=f"Пользователю обмена нельзя читать «{name}»: {wanted.purpose} по OData не работают.",
                advice=f"Дайте пользователю «{self._settings.user}» в 1С право на чтение этого объекта.",
            )
        except Rejected as error:
            yield _misnamed(wanted, error)
        except SyncError as error:
            yield _fault(error)


def _good(wanted: Sequence[Wanted]) -> Finding:
    if not wanted:
        sentence = "По OData от этой базы ничего не берётся: balances, prices и documents выключены."
        return Finding(subject="right", level="good", sentence=sentence)
    purposes = ", ".join(dict.fromkeys(one.purpose for one in wanted))
    return Finding(subject="right", level="good", sentence=f"1С отдаёт всё, что названо в настройках: {purposes}.")


def _wanted(names: OdataNames, settings: OdataSettings) -> Iterator[Wanted]:
    """What the settings take this way; the rest need not be there."""
    if settings.balances != "off":
        yield from _of_balances(names)
    if settings.prices != "off":
        yield from _of_prices(names, is_loaded=settings.prices == "load")
    for kind in settings.documents:
        yield from _of_document(kind, names.documents[kind])


def _of_balances(names: OdataNames) -> Iterator[Wanted]:
    for purpose, register in (("остатки", names.stock), ("остатки с учётом резервов", names.reserves)):
        if register is not None:
            refs = [register.item, register.characteristic, register.place]
            resources = [f"{name}Balance" for name in (register.pcs, register.less) if name]
            yield Wanted(purpose, function(register.register_name, "Balance", {}), (*_keys(refs), *resources))


def _of_prices(names: OdataNames, *, is_loaded: bool) -> Iterator[Wanted]:
    prices, dictionaries = names.prices, names.dictionaries
    refs = [prices.item, prices.characteristic, prices.price_type, prices.currency, prices.package]
    flags = [prices.actual] if prices.actual else []
    yield Wanted("цены", function(prices.register_name, "SliceLast", {}), (*_keys(refs), prices.price, *flags))
    yield Wanted("цены", dictionaries.currencies, ("Ref_Key", "Code"))
    fields = [*(["Description"] if is_loaded else []), *([] if prices.currency else [f"{dictionaries.price_type_currency}_Key"])]
    if fields:
        yield Wanted("цены", dictionaries.price_types, ("Ref_Key", *fields))


def _of_document(kind: DocumentKind, document: DocumentNames) -> Iterator[Wanted]:
    purpose = "отгрузки" if kind == "shipment" else "возвраты"
    yield Wanted(purpose, document.name, ("Ref_Key", "Number", "Posted", "DeletionMark", *_header(document)))
    goods = _keys([document.item, document.characteristic])
    fields = ("LineNumber", *goods, document.pcs, document.price, document.sum, *document.line_values)
    yield Wanted(purpose, f"{document.name}_{document.table}", fields)


def _header(names: DocumentNames) -> tuple[str, ...]:
    refs = _keys([names.place, names.partner, names.counterparty, names.organization, names.currency])
    basis = [names.basis, f"{names.basis}_Type"] if names.basis else []
    plain = [name for name in (names.comment, names.total) if name]
    return tuple(dict.fromkeys((*refs, *basis, *plain, *names.values)))


def _keys(names: list[str | None]) -> tuple[str, ...]:
    return tuple(f"{name}_Key" for name in names if name)


def _misnamed(wanted: Wanted, error: Rejected) -> Finding:
    """1C's own words are of names here, nobody's data is asked for."""
    told = error_of(error.answer)
    words = f" 1С пишет: «{told.message.value[:WORDS_MAX]}»." if told and told.message.value else ""
    name = wanted.path.partition("/")[0]
    return Finding(
        subject="right",
        level="fault",
        sentence=f"1С не понимает, что у «{name}» спрашивают: {wanted.purpose} по OData не работают.{words}",
        advice="Сверьте имена полей в настройках с вашей конфигурацией 1С и исправьте лишние.",
    )


def _fault(error: SyncError) -> Finding:
    if isinstance(error, Unauthorized):
        advice = "Проверьте имя и пароль пользователя обмена и что вход в 1С ему не запрещён."
        return Finding(subject="credential", level="fault", sentence=error.sentence, advice=advice)
    if isinstance(error, RateLimited):
        advice = "Уменьшите at_once в настройках и проверьте число лицензий 1С."
        return Finding(subject="limits", level="fault", sentence=error.sentence, advice=advice)
    if isinstance(error, (Rejected, ContractBroken)):
        advice = "Проверьте адрес публикации и что при публикации базы включён стандартный интерфейс OData."
        return Finding(subject="host", level="fault", sentence=error.sentence, advice=advice)
    advice = "Проверьте адрес в настройках, что веб-сервер 1С работает и что у неё есть свободная лицензия."
    return Finding(subject="host", level="fault", sentence=error.sentence, advice=advice)
