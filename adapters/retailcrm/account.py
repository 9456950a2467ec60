"""A RetailCRM account with everything it can do, and whether it is in order.

Source: `reference/services.md` §2; the methods of retailcrm/api-client-go.
"""

from collections.abc import Iterator
from typing import Literal

from adapters.capabilities import Finding
from adapters.errors import ContractBroken, RateLimited, Rejected, SyncError, Unauthorized
from adapters.retailcrm import answers, paths
from adapters.retailcrm.customers import RetailCrmCustomers
from adapters.retailcrm.history import RetailCrmHistory
from adapters.retailcrm.orders import RetailCrmOrders

NEW_KEY = (
    "Создайте ключ в RetailCRM (Настройки → Интеграция → Ключи доступа к API) с доступом к заказам, клиентам и справочникам и впишите его "
    "в настройки Утюга."
)


class RetailCrm(RetailCrmCustomers, RetailCrmOrders, RetailCrmHistory):
    """An account: `adapters.capabilities.Crm`."""

    def examine(self) -> list[Finding]:
        """The address, the key and its right, and of the settings the shop, the statuses, the tier's field and the zone; raises nothing."""
        try:
            statuses = self.ask(paths.STATUSES, answers.STATUSES).statuses
        except SyncError as error:
            return [_fault(error)]
        active = {code for code, one in statuses.items() if one.active}
        findings = [self._host(), _good("credential", "Ключ RetailCRM действует."), self._statuses(active)]
        for look in (self._right, self._site, self._own_fields, self._zone):
            try:
                findings += look()
            except SyncError as error:
                findings.append(_fault(error))
        return findings

    def _host(self) -> Finding:
        if self._url.lower().startswith("https://"):
            return _good("host", "RetailCRM отвечает по https.")
        sentence = "Адрес RetailCRM в настройках без https: ключ и данные покупателей видны по дороге."
        return _bad("host", "warning", sentence, "Впишите адрес с https://.")

    def _statuses(self, active: set[str]) -> Finding:
        if not (unknown := sorted(self.states.codes - active)):
            return _good("cabinet", "Все статусы из настроек есть в RetailCRM.")
        sentence = f"В RetailCRM нет статусов {', '.join(unknown)}: заказы с ними туда не уйдут."
        advice = f"Исправьте statuses и read_statuses в настройках; в RetailCRM есть: {', '.join(sorted(active))}."
        return _bad("cabinet", "fault", sentence, advice)

    def _right(self) -> Iterator[Finding]:
        """An upload of nothing changes nothing, and a key that may not write is refused before it is read."""
        try:
            self.tell(paths.upload("orders"), {"orders": []}, answers.UPLOADED)
        except Unauthorized:
            yield _bad("right", "fault", "Ключ RetailCRM не даёт записывать заказы: они туда не уйдут.", NEW_KEY)
            return
        except Rejected:
            pass  # read, and refused for being empty: the right is there
        yield _good("right", "Ключу RetailCRM разрешено записывать заказы.")

    def _site(self) -> Iterator[Finding]:
        sites = list(self.ask(paths.SITES, answers.SITES).sites)
        known = ", ".join(sites) or "нет ни одного"
        if self.site is None and len(sites) != 1:
            sentence = "В настройках не указан магазин RetailCRM (site), а ключ открывает не один: куда записывать заказы, неизвестно."
            yield _bad("cabinet", "fault", sentence, f"Впишите код магазина; ключ открывает: {known}.")
        elif self.site is not None and self.site not in sites:
            sentence = f"Магазина {self.site} ключ RetailCRM не открывает: заказы туда не уйдут."
            yield _bad("cabinet", "fault", sentence, f"Впишите в site код магазина; ключ открывает: {known}.")
        else:
            yield _good("cabinet", f"Магазин RetailCRM: {self.site or sites[0]}.")

    def _own_fields(self) -> Iterator[Finding]:
        if self.tier_field is not None:
            yield self._field("customer", self.tier_field, whose="клиента", holds="уровень покупателя", setting="tier_field")
        if self.way_field is not None:
            yield self._field("order", self.way_field, whose="заказа", holds="отправления и возвраты", setting="way_field")

    def _field(self, entity: str, code: str, *, whose: str, holds: str, setting: str) -> Finding:
        """Whether a field of the account's own is there."""
        query: dict[str, str | int] = {"filter[entity]": entity, "filter[code]": code, "limit": 100}
        if code in {one.code for one in self.ask(paths.CUSTOM_FIELDS, answers.CUSTOM_FIELDS, query).custom_fields}:
            return _good("cabinet", f"Поле {whose} {code} в RetailCRM есть.")
        sentence = f"В RetailCRM нет поля {whose} {code}: {holds} записать некуда."
        advice = f"Создайте его в RetailCRM (Настройки → Пользовательские поля) или исправьте {setting} в настройках."
        return _bad("cabinet", "fault", sentence, advice)

    def _zone(self) -> Iterator[Finding]:
        told = self.ask(paths.SETTINGS, answers.ACCOUNT).settings.timezone
        if told is None:
            return
        if told.value == self.zone.key:
            yield _good("clock", f"Часовой пояс RetailCRM: {told.value}.")
            return
        sentence = f"Часовой пояс RetailCRM {told.value}, а в настройках {self.zone.key}: время заказов там будет неверным."
        yield _bad("clock", "fault", sentence, f"Впишите в настройки time_zone = {told.value}.")


def _good(subject: str, sentence: str) -> Finding:
    return Finding(subject=subject, level="good", sentence=sentence)


def _bad(subject: str, level: Literal["warning", "fault"], sentence: str, advice: str) -> Finding:
    return Finding(subject=subject, level=level, sentence=sentence, advice=advice)


def _fault(error: SyncError) -> Finding:
    if isinstance(error, Unauthorized):
        return _bad("credential", "fault", error.sentence, NEW_KEY)
    if isinstance(error, RateLimited):
        advice = "Подождите несколько минут; если повторится, узнайте, какая ещё программа работает с этим ключом."
        return _bad("limits", "fault", error.sentence, advice)
    if isinstance(error, (Rejected, ContractBroken)):
        return _bad("host", "fault", error.sentence, "Проверьте адрес RetailCRM в настройках: https://<имя>.retailcrm.ru.")
    advice = "Проверьте адрес RetailCRM в настройках и выход сервера в интернет; если он не открывается и в браузере, подождите."
    return _bad("host", "fault", error.sentence, advice)
