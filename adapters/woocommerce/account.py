"""Whether a site is in order.

Source: `reference/services.md` §3; https://woocommerce.github.io/woocommerce-rest-api-docs/#settings
"""

from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from adapters.capabilities import Finding
from adapters.errors import ContractBroken, RateLimited, Rejected, SyncError, Unauthorized
from adapters.woocommerce import answers, paths
from adapters.woocommerce.client import WooCommerceClient
from adapters.woocommerce.limits import SITE

CLOCK_MAY_DIFFER = timedelta(seconds=30)
KEYS = "WooCommerce → Настройки → Дополнительно → REST API"
NEW_KEY = (
    f"Создайте ключ в {KEYS} с правами «Чтение/Запись» от имени администратора или менеджера магазина и впишите его в настройки Утюга."
)
NOTHING = {"update": [{"id": 0}]}
"""No goods have this id, so that nothing is written; without the right to write the call is refused before it is read."""


class WooCommerceAccount(WooCommerceClient):
    """Looks after itself."""

    def examine(self) -> list[Finding]:
        """The address, the keys and their rights, the clock, and the settings of the site that prices and stock hang on; raises nothing."""
        try:
            response = self.ping()
        except SyncError as error:
            return [_fault(error)]
        findings = [self._host(), _good("credential", "Ключи сайта действуют.")]
        if self._clock.speed == 1.0:
            findings += self._time(response)
        return [*findings, *self._rights(), *self._settings()]

    def _host(self) -> Finding:
        if self._is_secure:
            return _good("host", "Сайт отвечает по https.")
        sentence = "Сайт отвечает по http: ключи по сети не идут, но цены, остатки и заказы по дороге видны."
        return Finding(
            subject="host", level="warning", sentence=sentence, advice="Поставьте на сайт сертификат и укажите адрес с https://."
        )

    def _time(self, response: httpx.Response) -> list[Finding]:
        """The site's time stands in its answer; a signature lives 15 minutes."""
        try:
            theirs = parsedate_to_datetime(response.headers.get("date", ""))
        except ValueError:
            return []
        off = abs(self._clock.now() - theirs)
        if off <= CLOCK_MAY_DIFFER:
            return [_good("clock", "Часы сервера и сайта идут одинаково.")]
        sentence = f"Часы сервера и сайта расходятся на {off.total_seconds():.0f} с: заказы на стыке периодов могут потеряться."
        return [
            Finding(subject="clock", level="warning", sentence=sentence, advice="Включите на обоих серверах синхронизацию времени (NTP).")
        ]

    def _rights(self) -> Iterator[Finding]:
        try:
            self.get(paths.ORDERS, {"per_page": 1})
        except SyncError as error:
            yield _right(error, "Ключам не разрешено читать заказы сайта.")
        try:
            self._connection.call("POST", paths.PRODUCTS_BATCH, json=NOTHING, limits={SITE: 1}, is_repeatable=True)
        except SyncError as error:
            yield _right(error, "Ключи сайта годятся только для чтения: остатки, цены и карточки не уйдут.")
            return
        yield _good("right", "Ключам разрешено менять товары сайта.")

    def _settings(self) -> Iterator[Finding]:
        try:
            told = [one for group in paths.SETTINGS_GROUPS for one in self.ask(paths.settings(group), answers.SETTINGS)]
        except Unauthorized:
            sentence = "Ключам не разрешено читать настройки сайта: валюта, знаки после запятой и учёт запасов не проверены."
            yield Finding(subject="right", level="warning", sentence=sentence, advice=NEW_KEY)
            return
        except SyncError as error:
            yield _fault(error)
            return
        yield from _cabinet({one.id: one.value for one in told})


def _cabinet(settings: dict[str, Any]) -> Iterator[Finding]:
    """Settings without which figures mean something else on the site; one that it does not tell is not judged."""
    wanted = {
        "woocommerce_currency": ("RUB", "fault", "Валюта сайта не рубль: цены Утюга там значили бы другое."),
        "woocommerce_price_num_decimals": (
            "2",
            "warning",
            "На сайте показываются не два знака после запятой: копейки в ценах округляются.",
        ),
        "woocommerce_manage_stock": (
            "yes",
            "fault",
            "На сайте выключено управление запасами: остатки он не считает и продаёт без предела.",
        ),
        "woocommerce_weight_unit": ("kg", "warning", "Вес на сайте не в килограммах: в новых карточках он будет неверен."),
        "woocommerce_dimension_unit": ("cm", "warning", "Размеры на сайте не в сантиметрах: в новых карточках они будут неверны."),
    }
    advice = {
        "woocommerce_currency": "Выберите российский рубль в WooCommerce → Настройки → Общие.",
        "woocommerce_price_num_decimals": "Поставьте 2 в WooCommerce → Настройки → Общие → Число знаков после запятой.",
        "woocommerce_manage_stock": "Включите WooCommerce → Настройки → Товары → Запасы → Управление запасами.",
        "woocommerce_weight_unit": "Выберите кг в WooCommerce → Настройки → Товары.",
        "woocommerce_dimension_unit": "Выберите см в WooCommerce → Настройки → Товары.",
    }
    wrong = [name for name, (good, _, _) in wanted.items() if name in settings and str(settings[name]) != good]
    for name in wrong:
        _, level, sentence = wanted[name]
        yield Finding(subject="cabinet", level="fault" if level == "fault" else "warning", sentence=sentence, advice=advice[name])
    if not wrong:
        yield _good("cabinet", "Валюта, единицы и учёт запасов сайта подходят.")


def _right(error: SyncError, sentence: str) -> Finding:
    if isinstance(error, Unauthorized):
        return Finding(subject="right", level="fault", sentence=sentence, advice=NEW_KEY)
    return _fault(error)


def _good(subject: str, sentence: str) -> Finding:
    return Finding(subject=subject, level="good", sentence=sentence)


def _fault(error: SyncError) -> Finding:
    if isinstance(error, Unauthorized):
        return Finding(subject="credential", level="fault", sentence=error.sentence, advice=NEW_KEY)
    if isinstance(error, RateLimited):
        advice = "Подождите несколько минут; если повторится, узнайте у хостинга, сколько запросов он разрешает."
        return Finding(subject="limits", level="fault", sentence=error.sentence, advice=advice)
    if isinstance(error, (Rejected, ContractBroken)):
        advice = "Проверьте адрес сайта, что WooCommerce включён, постоянные ссылки не «простые» и плагины не портят ответы."
        return Finding(subject="cabinet", level="fault", sentence=error.sentence, advice=advice)
    advice = "Проверьте адрес сайта в настройках и откройте его в браузере; если он не открывается, обратитесь к хостингу."
    return Finding(subject="host", level="fault", sentence=error.sentence, advice=advice)
