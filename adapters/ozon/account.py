"""Whether an Ozon cabinet is in order.

Source: https://docs.ozon.ru/api/seller/#operation/AccessAPI_RolesByToken
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from adapters.capabilities import Finding
from adapters.errors import ContractBroken, RateLimited, Rejected, SyncError, Unauthorized
from adapters.ozon import answers, paths
from adapters.ozon.limits import ALL
from adapters.ozon.stock import OzonStock

NEW_KEY = "Выпустите новый ключ в кабинете Ozon (Настройки → API-ключи) и впишите его в настройки Утюга."
CLOCK_MAY_DIFFER = timedelta(seconds=30)


class OzonAccount(OzonStock):
    """Looks after itself."""

    # A key lives six months: time enough for somebody to make a new one.
    KEY_WARNING = timedelta(days=30)

    def examine(self) -> list[Finding]:
        """The address, the key and its rights, the clock and the warehouses of the settings; raises nothing."""
        try:
            response = self._connection.call("POST", paths.ROLES, limits={ALL: 1}, is_repeatable=True)
            roles = self._connection.read(response, answers.ROLES, is_repeatable=True)
        except SyncError as error:
            return [_fault(error)]
        now = self._clock.now()
        good = Finding(subject="host", level="good", sentence="Ozon отвечает.")
        findings = [good, self._key(roles.expires_at, now), _rights(roles.roles)]
        if self._clock.speed == 1.0:
            findings += _clock(response, now)
        return findings + self._examine_warehouses()

    def _key(self, expires_at: datetime | None, now: datetime) -> Finding:
        if expires_at is None:
            return Finding(subject="credential", level="good", sentence="Ключ Ozon действует; до какого числа, Ozon не сообщил.")
        until = f"{expires_at:%d.%m.%Y}"
        if expires_at <= now:
            return Finding(subject="credential", level="fault", sentence=f"Срок ключа Ozon истёк {until}.", advice=NEW_KEY)
        if expires_at <= now + self.KEY_WARNING:
            sentence = f"Ключ Ozon действует только до {until}: потом остатки и заказы остановятся."
            return Finding(subject="credential", level="warning", sentence=sentence, advice=NEW_KEY)
        return Finding(subject="credential", level="good", sentence=f"Ключ Ozon действует до {until}.")

    def _examine_warehouses(self) -> list[Finding]:
        try:
            found = {row["warehouse_ref"]: row for row in self.read_warehouses().to_dicts()}
        except SyncError as error:
            return [_fault(error)]
        findings = []
        for warehouse in self._warehouses:
            if warehouse not in found:
                known = ", ".join(f"{ref} ({row['name']})" for ref, row in found.items()) or "нет ни одного"
                sentence = f"Склада {warehouse} в кабинете Ozon нет: остатки для него отправлять некуда."
                advice = f"Впишите в настройки номер склада из кабинета; там есть: {known}."
                findings.append(Finding(subject="warehouse", level="fault", sentence=sentence, advice=advice))
            elif not found[warehouse]["is_open"]:
                sentence = f"Склад Ozon «{found[warehouse]['name']}» ({warehouse}) {found[warehouse]['note']}: остатки он не принимает."
                advice = "Откройте склад в кабинете Ozon (FBS → Логистика) или уберите его из настроек."
                findings.append(Finding(subject="warehouse", level="fault", sentence=sentence, advice=advice))
            else:
                sentence = f"Склад Ozon «{found[warehouse]['name']}» ({warehouse}) работает."
                findings.append(Finding(subject="warehouse", level="good", sentence=sentence))
        return findings


def _rights(roles: Iterable[answers.Role]) -> Finding:
    """A role may name a whole branch of methods: /v1/posting stands for all below it."""
    allowed = {method.rstrip("/") for role in roles for method in role.methods}
    missing = [needed for needed in paths.NEEDED if not any(needed == one or needed.startswith(f"{one}/") for one in allowed)]
    if missing:
        sentence = f"Ключу Ozon не разрешены методы: {', '.join(missing)}."
        advice = "Выпустите ключ с ролью Admin или добавьте роли для товаров, цен, остатков, складов, заказов FBS и возвратов."
        return Finding(subject="right", level="fault", sentence=sentence, advice=advice)
    return Finding(subject="right", level="good", sentence="Прав ключа Ozon хватает для всего, что делает Утюг.")


def _clock(response: httpx.Response, now: datetime) -> list[Finding]:
    """Ozon's time stands in its answer; an address without it cannot be compared with."""
    try:
        theirs = parsedate_to_datetime(response.headers.get("date", ""))
    except ValueError:
        return []
    off = abs(now - theirs)
    if off <= CLOCK_MAY_DIFFER:
        return [Finding(subject="clock", level="good", sentence="Часы сервера идут верно.")]
    sentence = f"Часы сервера расходятся с часами Ozon на {off.total_seconds():.0f} с: заказы на стыке периодов могут потеряться."
    return [Finding(subject="clock", level="warning", sentence=sentence, advice="Включите на сервере синхронизацию времени (NTP).")]


def _fault(error: SyncError) -> Finding:
    if isinstance(error, Unauthorized):
        return Finding(subject="credential", level="fault", sentence=error.sentence, advice=f"Проверьте Client-Id и ключ. {NEW_KEY}")
    if isinstance(error, RateLimited):
        advice = "Подождите несколько минут; если повторится, узнайте, какая ещё программа работает с этим кабинетом."
        return Finding(subject="limits", level="fault", sentence=error.sentence, advice=advice)
    if isinstance(error, (Rejected, ContractBroken)):
        advice = "Проверьте адрес Ozon, Client-Id и ключ в настройках; если они верны, передайте этот текст разработчику."
        return Finding(subject="cabinet", level="fault", sentence=error.sentence, advice=advice)
    advice = "Проверьте адрес Ozon в настройках и выход сервера в интернет; если сайт Ozon тоже не открывается, подождите."
    return Finding(subject="host", level="fault", sentence=error.sentence, advice=advice)
