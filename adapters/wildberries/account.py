"""What an examination of a Wildberries cabinet finds: the token, its rights and limits, addresses, clock and warehouses."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import httpx

from adapters.capabilities import Finding
from adapters.errors import RateLimited, SyncError, Unauthorized
from adapters.pace import Limit
from adapters.wildberries.answers import SELLER
from adapters.wildberries.card_list import ANY_CARDS
from adapters.wildberries.client import TITLES, Service
from adapters.wildberries.limits import CONTENT, PRICES, SELLER_INFO, WAREHOUSES
from adapters.wildberries.stock import WildberriesStock
from adapters.wildberries.tokens import BASE, KINDS, SCOPE_BITS, Scope, Token, read_token

EXPIRES_SOON = timedelta(days=30)
CLOCK_APART = timedelta(seconds=30)
CATEGORIES: dict[Scope, str] = {
    "content": "Контент",
    "analytics": "Аналитика",
    "prices": "Цены и скидки",
    "marketplace": "Маркетплейс",
}
OPENS: dict[Service, str] = {"content": "Контент", "discounts-prices": "Цены и скидки", "marketplace": "Маркетплейс"}


class Probe(NamedTuple):
    """The smallest thing a service can be asked. Its ping may not be called by programs, says its description."""

    method: str
    path: str
    limit: Limit
    params: dict[str, str | int] | None = None
    json: dict[str, Any] | None = None


PROBES: dict[Service, Probe] = {
    "content": Probe("POST", "/content/v2/get/cards/list", CONTENT, json={"settings": {"filter": ANY_CARDS, "cursor": {"limit": 1}}}),
    "discounts-prices": Probe("GET", "/api/v2/list/goods/filter", PRICES, params={"limit": 1}),
    "marketplace": Probe("GET", "/api/v3/warehouses", WAREHOUSES),
}
NEW_TOKEN = "создайте в кабинете Wildberries (Профиль → Интеграции по API) персональный токен с категориями «Контент», «Аналитика», «Цены и скидки» и «Маркетплейс»"  # noqa: E501, S105


class WildberriesAccount(WildberriesStock):
    """`adapters.capabilities.Examined`."""

    def examine(self) -> list[Finding]:
        """Everything that can be looked at without changing anything; raises nothing."""
        said = read_token(self._token)
        found = list(_of_token(said, self._clock.now()))
        answers: list[httpx.Response] = []
        found += [self._of_host(service, answers) for service in OPENS]
        found += self._of_clock(answers[:1])
        found += self._of_seller(said)
        found += self._of_warehouses()
        return found

    def _of_host(self, service: Service, answers: list[httpx.Response]) -> Finding:
        method, path, limit, params, body = PROBES[service]
        try:
            answers.append(self._services[service].call(method, path, params=params, json=body, limits={limit: 1}, is_repeatable=True))
        except Unauthorized as error:
            return _fault("credential", error, f"Проверьте, что токен не отозван и открывает «{OPENS[service]}»; иначе {NEW_TOKEN}.")
        except SyncError as error:
            return _fault("host", error, "Проверьте адрес в настройках и доступ к нему с этого сервера, потом повторите проверку.")
        return Finding(subject="host", level="good", sentence=f"{TITLES[service]}: отвечает, токен подходит.")

    def _of_clock(self, answers: list[httpx.Response]) -> Iterator[Finding]:
        """Skipped for a clock that runs fast: the date of an answer is the real one."""
        if self._clock.speed != 1.0:
            return
        for answer in answers:
            told = _date(answer)
            if told is None:
                return
            apart = abs(self._clock.now() - told)
            if apart > CLOCK_APART:
                sentence = f"Часы сервера расходятся с часами Wildberries на {apart.total_seconds():.0f} с."
                yield Finding(subject="clock", level="warning", sentence=sentence, advice="Включите синхронизацию времени (NTP).")
            else:
                yield Finding(subject="clock", level="good", sentence="Часы сервера идут верно.")

    def _of_seller(self, said: Token | None) -> Iterator[Finding]:
        """Not asked with a base token, which may ask once a day, nor with a test one: the sandbox has no such service."""
        if said is None or said.acc == BASE or said.t:
            return
        connection = self._services["common"]
        try:
            response = connection.call("GET", "/api/v1/seller-info", limits={SELLER_INFO: 1})
            name = connection.read(response, SELLER, is_repeatable=True).name
        except RateLimited:
            # Once a minute, and only for its name: no sign of anything wrong.
            return
        except SyncError as error:
            yield _fault("cabinet", error, "Проверьте адрес общего сервиса в настройках и токен.")
            return
        yield Finding(subject="cabinet", level="good", sentence=f"Кабинет Wildberries: {name}.")

    def _of_warehouses(self) -> Iterator[Finding]:
        try:
            there = {row["warehouse_ref"]: row for row in self.read_warehouses().to_dicts()}
        except SyncError as error:
            yield _fault("warehouse", error, "Проверьте, что токен открывает «Маркетплейс», и повторите проверку.")
            return
        known = ", ".join(f"{ref} ({row['name']})" for ref, row in there.items()) or "ни одного"
        for ref in self._warehouses:
            if ref not in there:
                sentence = f"Склада {ref} в кабинете Wildberries нет: остатки для него отправлять некуда."
                yield Finding(
                    subject="warehouse", level="fault", sentence=sentence, advice=f"Исправьте настройки; в кабинете есть: {known}."
                )
            elif not there[ref]["is_open"]:
                sentence = f"Склад {ref} сейчас не принимает остатки: {there[ref]['note']}."
                advice = "Подождите несколько минут и повторите; если не пройдёт, проверьте склад в кабинете."
                yield Finding(subject="warehouse", level="fault", sentence=sentence, advice=advice)
            else:
                yield Finding(subject="warehouse", level="good", sentence=f"Склад {ref} ({there[ref]['name']}) принимает остатки.")


def _of_token(said: Token | None, now: datetime) -> Iterator[Finding]:
    if said is None:
        sentence = "Токен Wildberries не читается: это не тот текст, что выдаёт кабинет."
        yield Finding(subject="credential", level="fault", sentence=sentence, advice=f"Скопируйте токен целиком или {NEW_TOKEN}.")
        return
    yield _of_expiry(said, now)
    kind = KINDS.get(said.acc or 0, "неизвестный")
    if said.acc == BASE:
        sentence = "Токен базовый: Wildberries даёт ему несколько запросов в час, остатки и цены не успеют обновиться."
        yield Finding(subject="limits", level="fault", sentence=sentence, advice=f"Чтобы продавать, {NEW_TOKEN}.")
    else:
        yield Finding(subject="limits", level="good", sentence=f"Токен {kind}, лимиты полные.")
    if said.is_read_only:
        sentence = "Токен только для чтения: ни остатки, ни цены им не изменить."
        yield Finding(subject="right", level="fault", sentence=sentence, advice=f"Без отметки «Только чтение» {NEW_TOKEN}.")
    missing = [CATEGORIES[scope] for scope in SCOPE_BITS if not said.opens(scope)]
    if missing:
        sentence = f"У токена нет категорий: {', '.join(missing)}."
        yield Finding(subject="right", level="fault", sentence=sentence, advice=f"Права токена не меняются: {NEW_TOKEN}.")
    elif not said.is_read_only:
        yield Finding(subject="right", level="good", sentence="У токена есть все нужные категории.")


def _of_expiry(said: Token, now: datetime) -> Finding:
    day = f"{said.expires_at:%d.%m.%Y}"
    if said.expires_at <= now:
        sentence = f"Срок токена Wildberries истёк {day}: площадка не примет ничего."
        return Finding(subject="credential", level="fault", sentence=sentence, advice=f"Сейчас же {NEW_TOKEN}.")
    if said.expires_at - now <= EXPIRES_SOON:
        sentence = f"Срок токена Wildberries истекает {day}: после этого площадка не примет ничего."
        return Finding(subject="credential", level="warning", sentence=sentence, advice=f"До этого дня {NEW_TOKEN}.")
    return Finding(subject="credential", level="good", sentence=f"Токен Wildberries действует до {day}.")


def _fault(subject: str, error: SyncError, advice: str) -> Finding:
    return Finding(subject=subject, level="fault", sentence=error.sentence, advice=advice)


def _date(answer: httpx.Response) -> datetime | None:
    try:
        told = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
