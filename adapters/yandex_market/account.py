"""What `utyug doctor` asks of a Yandex Market business."""

from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from adapters.capabilities import Finding
from adapters.errors import RateLimited, Rejected, SyncError, Unauthorized, Unavailable
from adapters.yandex_market.cabinet_answers import BUSINESS_INFO, TOKEN, ShopWarehouse
from adapters.yandex_market.limits import SETTINGS
from adapters.yandex_market.limits import TOKEN as TOKEN_LIMIT
from adapters.yandex_market.warehouses import YandexMarketWarehouses, note_of

# ApiKeyScopeType: any of the names gives the right.
RIGHTS = {
    "карточки и остатки": "OFFERS_AND_CARDS_MANAGEMENT",
    "цены": "PRICING",
    "заказы и склады": "INVENTORY_AND_ORDER_PROCESSING",
}
ALL_RIGHTS = "ALL_METHODS"
CLOCK_MAX = timedelta(seconds=30)


class YandexMarketAccount(YandexMarketWarehouses):
    """Looks whether everything is in order."""

    def examine(self) -> list[Finding]:
        """Host, key, rights, clock, shops, currency, the kind of stock and the warehouses; raises nothing.

        What cannot be asked without the key is not asked where the key does not work.
        """
        try:
            found = list(self._of_key())
        except SyncError as error:
            return [_of_error(error, "credential")]
        for subject, look in (
            ("cabinet", self._of_cabinet),
            ("cabinet", self._of_currency),
            ("cabinet", self._of_groups),
            ("warehouse", self._of_warehouses),
        ):
            found += _looked(subject, look)
        return found

    def _of_key(self) -> Iterator[Finding]:
        response = self._connection.call("POST", "/v2/auth/token", limits={TOKEN_LIMIT: 1}, is_repeatable=True)
        yield Finding(subject="host", level="good", sentence="Яндекс Маркет отвечает.")
        yield from self._of_clock(response.headers.get("date", ""))
        key = self._connection.read(response, TOKEN, is_repeatable=True).result.api_key
        yield Finding(subject="credential", level="good", sentence=f"Ключ «{key.name}» действует.")
        lacking = [name for name, scope in RIGHTS.items() if not {scope, ALL_RIGHTS} & set(key.auth_scopes)]
        if lacking:
            yield Finding(
                subject="right",
                level="fault",
                sentence=f"Ключ «{key.name}» не даёт права на: {', '.join(lacking)}.",
                advice="Добавьте ключу эти доступы (не «только чтение») в кабинете: Настройки → API и модули.",
            )
        else:
            yield Finding(subject="right", level="good", sentence="Прав ключа достаточно: карточки, остатки, цены, заказы.")

    def _of_clock(self, date: str) -> Iterator[Finding]:
        """A clock that runs fast is the stand-in world's, and its Date is real."""
        try:
            apart = abs(parsedate_to_datetime(date).replace(tzinfo=UTC) - self._clock.now())
        except ValueError:
            return
        if self._clock.speed != 1:
            return
        if apart > CLOCK_MAX:
            yield Finding(
                subject="clock",
                level="warning",
                sentence=f"Часы сервера расходятся с часами Яндекс Маркета на {apart.total_seconds():.0f} с: "
                "остатки «из будущего» Маркет отклоняет целыми пачками.",
                advice="Включите на сервере синхронизацию времени (NTP).",
            )
        else:
            yield Finding(subject="clock", level="good", sentence="Часы сервера и Яндекс Маркета сходятся.")

    def _of_cabinet(self) -> Iterator[Finding]:
        own = [one for one in self.campaigns.values() if one.business and one.business.id == self._business_id]
        if not own:
            others = sorted({str(one.business.id) for one in self.campaigns.values() if one.business and one.business.id})
            yield Finding(
                subject="cabinet",
                level="fault",
                sentence=f"Ключ выдан не для кабинета {self._business_id}"
                + (f", а для кабинета {', '.join(others)}." if others else ": у него нет ни одного магазина."),
                advice="Исправьте business_id в настройках или выпустите ключ в нужном кабинете.",
            )
            return
        yield Finding(subject="cabinet", level="good", sentence=f"Кабинет {self._business_id} найден, магазинов: {len(own)}.")
        for one in own:
            if note := note_of(one.api_availability):
                yield Finding(
                    subject="cabinet",
                    level="warning",
                    sentence=f"Магазин {one.id}: {note}.",
                    advice="Включите интеграцию магазина в кабинете: Настройки → API и модули.",
                )

    def _of_currency(self) -> Iterator[Finding]:
        told = self.ask("POST", self.business("settings"), BUSINESS_INFO, limits={SETTINGS: 1}).result.settings
        if told and told.currency not in (None, "RUR"):
            yield Finding(
                subject="cabinet",
                level="fault",
                sentence=f"Валюта кабинета не рубль, а {told.currency}: цены туда не уйдут.",
                advice="Уберите кабинет из настроек: Утюг отправляет цены только в рублях.",
            )

    def _of_groups(self) -> Iterator[Finding]:
        places = self._grouped()
        has_groups = any(one.group_info for one in places)
        if has_groups != self._has_groups:
            what = "есть группы складов" if has_groups else "нет групп складов"
            yield Finding(
                subject="cabinet",
                level="fault",
                sentence=f"В кабинете {what}, а в настройках has_warehouse_groups = {str(self._has_groups).lower()}: остатки не уйдут.",
                advice=f"Укажите has_warehouse_groups = {str(has_groups).lower()} и "
                + ("номера магазинов (campaignId)" if has_groups else "номера складов")
                + " в warehouses.",
            )
            return
        yield Finding(subject="cabinet", level="good", sentence="Способ передачи остатков совпадает с кабинетом.")
        groups: dict[int, list[str]] = {}
        for one in places:
            if one.group_info and str(one.campaign_id) in self._warehouses:
                groups.setdefault(one.group_info.id, []).append(str(one.campaign_id))
        for campaigns in groups.values():
            if len(campaigns) > 1:
                yield Finding(
                    subject="warehouse",
                    level="fault",
                    sentence=f"Магазины {', '.join(campaigns)} в одной группе складов: остаток у них общий, и каждый перебивает другой.",
                    advice="Оставьте в warehouses один магазин из группы.",
                )

    def _grouped(self) -> list[ShopWarehouse]:
        """Warehouses with their groups; a cabinet that may not be asked this way has none."""
        try:
            return self.shop_warehouses
        except Rejected:
            return []

    def _of_warehouses(self) -> Iterator[Finding]:
        found = {row["warehouse_ref"]: row for row in self.read_warehouses().to_dicts()}
        for ref in self._warehouses:
            if ref not in found:
                yield Finding(
                    subject="warehouse",
                    level="fault",
                    sentence=f"Склада {ref} в кабинете нет.",
                    advice=f"Укажите в warehouses один из: {', '.join(found) or 'в кабинете складов нет, создайте склад'}.",
                )
            elif not found[ref]["is_open"]:
                yield Finding(
                    subject="warehouse",
                    level="warning",
                    sentence=f"Склад «{found[ref]['name']}» закрыт: {found[ref]['note']}.",
                    advice="Откройте склад в кабинете или уберите его из настроек.",
                )
            else:
                yield Finding(subject="warehouse", level="good", sentence=f"Склад «{found[ref]['name']}» открыт.")


def _looked(subject: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(look())
    except SyncError as error:
        found.append(_of_error(error, subject))
    return found


def _of_error(error: SyncError, subject: str) -> Finding:
    if isinstance(error, Unauthorized):
        advice = "Проверьте ключ: не отозван ли он, есть ли у него нужные доступы и включён ли API магазина."
        return Finding(subject="credential", level="fault", sentence=error.sentence, advice=advice)
    if isinstance(error, RateLimited):
        return Finding(subject="limits", level="fault", sentence=error.sentence, advice="Подождите и проверьте ещё раз.")
    if isinstance(error, Unavailable):
        advice = "Проверьте адрес url в настройках и доступ сервера в интернет."
        return Finding(subject="host", level="fault", sentence=error.sentence, advice=advice)
    return Finding(subject=subject, level="fault", sentence=error.sentence, advice="Передайте текст ответа разработчику.")
