"""A contract with CDEK with everything it can do, and whether it is in order.

Source: `reference/services.md` §1.
"""

from collections.abc import Iterator
from typing import Literal

from adapters.capabilities import Finding
from adapters.cdek import answers, paths
from adapters.cdek.intakes import CdekIntakes
from adapters.cdek.orders import CdekOrders
from adapters.cdek.prints import CdekPrints
from adapters.cdek.tariffs import CdekTariffs
from adapters.cdek.tracking import CdekTracking
from adapters.cdek.webhooks import ORDER_STATUS, CdekWebhooks
from adapters.errors import ContractBroken, RateLimited, Rejected, SyncError, Unauthorized

NEW_KEYS = "Возьмите идентификатор и пароль в личном кабинете СДЭК (Интеграция → Ключи API) и впишите их в настройки Утюга."


class Cdek(CdekTariffs, CdekOrders, CdekPrints, CdekIntakes, CdekTracking, CdekWebhooks):
    """A contract: `adapters.capabilities.Carrier`.

    Attributes:
        asks_again_s: the vendor's own advice is to wait 2–3 s before the first question.
        settles_within_s: up to a minute at peak; what CDEK does not show at all after so long is looked for by its number.
    """

    asks_again_s = 3.0
    settles_within_s = 60.0

    def examine(self) -> list[Finding]:
        """The address, the keys, where parcels leave from, and whether CDEK pushes what happens to them; raises nothing."""
        try:
            origin = self._origin()
        except SyncError as error:
            return [_fault(error)]
        findings = [self._host(), _good("credential", "Ключи СДЭК действуют."), origin]
        try:
            findings += self._pushes()
        except SyncError as error:
            findings.append(_fault(error))
        return findings

    def _host(self) -> Finding:
        if self.url.lower().startswith("https://"):
            return _good("host", "СДЭК отвечает по https.")
        sentence = "Адрес СДЭК в настройках без https: ключи и данные покупателей видны по дороге."
        return _bad("host", "warning", sentence, "Впишите адрес с https://.")

    def _origin(self) -> Finding:
        """Where parcels leave from is known to CDEK, and takes them."""
        origin = self.terms.origin
        if origin is not None:
            towns = self.ask(paths.CITIES, answers.CITIES, {"code": origin.city_code})
            if towns:
                return _good("warehouse", f"Посылки забирает курьер: {towns[0].city}.")
            sentence = f"Города с кодом {origin.city_code} в СДЭК нет: курьер не приедет."
            return _bad("warehouse", "fault", sentence, "Исправьте origin.city_code в настройках перевозчика.")
        point = self.point(self.terms.shipment_point or "")
        if point is None:
            sentence = f"Пункта {self.terms.shipment_point} в СДЭК нет: он закрылся, или код написан с ошибкой."
        elif not point.takes_in:
            sentence = f"Пункт {point.point_ref} не принимает посылки от магазинов, только выдаёт."
        else:
            return _good("warehouse", f"Посылки сдаются в пункт {point.point_ref}: {point.address}.")
        advice = "Впишите в shipment_point код пункта, в который вы возите посылки: он есть в личном кабинете СДЭК."
        return _bad("warehouse", "fault", sentence, advice)

    def _pushes(self) -> Iterator[Finding]:
        if any(one.type == ORDER_STATUS for one in self.read_webhooks()):
            yield _good("pushes", "СДЭК сообщает о посылках сам.")
            return
        sentence = "СДЭК не сообщает о посылках сам: их состояние узнаётся опросом, то есть позже."
        advice = "Задайте push_secret перевозчика и gateway.public_url: тогда Утюг подпишется на уведомления."
        yield _bad("pushes", "warning", sentence, advice)


def _good(subject: str, sentence: str) -> Finding:
    return Finding(subject=subject, level="good", sentence=sentence)


def _bad(subject: str, level: Literal["warning", "fault"], sentence: str, advice: str) -> Finding:
    return Finding(subject=subject, level=level, sentence=sentence, advice=advice)


def _fault(error: SyncError) -> Finding:
    if isinstance(error, Unauthorized):
        return _bad("credential", "fault", error.sentence, NEW_KEYS)
    if isinstance(error, RateLimited):
        return _bad("limits", "fault", error.sentence, "Подождите несколько минут; если повторится, напишите в поддержку СДЭК.")
    if isinstance(error, (Rejected, ContractBroken)):
        return _bad("host", "fault", error.sentence, "Проверьте адрес СДЭК в настройках: https://api.cdek.ru.")
    advice = "Проверьте адрес СДЭК в настройках и выход сервера в интернет; если сайт СДЭК не открывается и в браузере, подождите."
    return _bad("host", "fault", error.sentence, advice)
