"""A Bitrix24 portal with everything it can do, and whether it is in order.

Source: `reference/services.md` §4; https://apidocs.bitrix24.com/api-reference/common/system/scope.html
"""

from collections.abc import Iterator, Mapping

from adapters.bitrix24 import answers
from adapters.bitrix24.changes import Bitrix24Changes
from adapters.bitrix24.client import parsed
from adapters.bitrix24.commands import CONTACT, Command
from adapters.bitrix24.contacts import tier_name_of
from adapters.bitrix24.deals import Bitrix24Deals
from adapters.bitrix24.reasons import failure
from adapters.capabilities import Finding
from adapters.errors import ContractBroken, RateLimited, Rejected, SyncError, Unauthorized

WEBHOOK = "Битрикс24 → Разработчикам → Другое → Входящий вебхук"
NEW_WEBHOOK = (
    f"Создайте вебхук в {WEBHOOK} с правом «CRM (crm)» от имени сотрудника, которому видны все сделки, "
    "и впишите его номер пользователя и код в настройки Утюга."
)
TEXT = "string"


class Bitrix24(Bitrix24Changes, Bitrix24Deals):
    """A portal as a CRM: `adapters.capabilities.Crm`."""

    def examine(self) -> list[Finding]:
        """The address, the webhook and its right, the pipeline with the stages of the mapping, the tier's field; raises nothing."""
        try:
            told = self.batch({key: command.line() for key, command in self._questions().items()}, is_repeatable=True)
            return [self._host(), _good("credential", "Вебхук Битрикс24 действует."), *self._portal(told)]
        except SyncError as error:
            return [_fault(error)]

    def _questions(self) -> dict[str, Command]:
        fields = Command(method="crm.item.fields", params={"entityTypeId": CONTACT})
        return {
            "scope": Command(method="scope", params={}),
            "stages": self.stages_command,
            **({"fields": fields} if self._tier_field else {}),
            **({"deal_fields": self.deal_fields_command} if self._deal_fields else {}),
        }

    def _host(self) -> Finding:
        if self._url.lower().startswith("https://"):
            return _good("host", "Битрикс24 отвечает по https.")
        sentence = "Битрикс24 отвечает по http: код вебхука и данные покупателей по дороге видны."
        return Finding(subject="host", level="warning", sentence=sentence, advice="Укажите адрес портала с https://.")

    def _portal(self, told: answers.Batch) -> Iterator[Finding]:
        if "scope" in told.result and "crm" not in parsed(answers.SCOPE, told.result["scope"]):
            sentence = "Вебхуку не дано право на CRM: сделки и контакты не уйдут."
            yield Finding(subject="right", level="fault", sentence=sentence, advice=NEW_WEBHOOK)
            return
        for failed in told.result_error.values():
            raise failure(failed, self._clock.now())
        if not self._questions().keys() <= told.result.keys():
            raise ContractBroken("Битрикс24 ответил не на все вопросы.", system="bitrix24")
        yield _good("right", "Вебхуку дано право на CRM.")
        yield self._pipeline([one.status_id for one in parsed(answers.STAGES, told.result["stages"])])
        if self._tier_field is not None:
            yield self._tier_found(self._tier_field, told)
        if self._deal_fields:
            yield from self._deal_fields_found(parsed(answers.FIELDS, told.result["deal_fields"]).fields)

    def _pipeline(self, there: list[str]) -> Finding:
        if not there:
            sentence = f"В Битрикс24 нет воронки сделок № {self._category_id}."
            return _wrong(sentence, "Впишите в настройки category_id номер своей воронки; у общей он 0.")
        absent = sorted({*self._stages.codes.values(), *self._stages.read} - set(there))
        if not absent:
            return _good("cabinet", "В воронке сделок есть все стадии из настроек.")
        sentence = f"В воронке сделок нет стадий из настроек: {', '.join(absent)}. Сделки в них не попадут."
        return _wrong(sentence, f"Исправьте statuses и read_statuses. Стадии воронки: {', '.join(there)}.")

    def _deal_fields_found(self, there: Mapping[str, answers.FieldShape]) -> Iterator[Finding]:
        for field in self._deal_fields:
            name = tier_name_of(field, there)
            if name is not None and there[name].type == TEXT:
                yield _good("cabinet", f"У сделок есть поле {field}.")
            else:
                sentence = f"У сделок Битрикс24 нет поля {field} типа «Строка»: отправления и возвраты в него не запишутся."
                yield _wrong(sentence, "Создайте у сделки такое поле и впишите его код в tracking_field или way_field.")

    def _tier_found(self, field: str, told: answers.Batch) -> Finding:
        fields = parsed(answers.FIELDS, told.result["fields"]).fields
        name = tier_name_of(field, fields)
        if name is None:
            sentence = f"У контактов Битрикс24 нет поля {field}: уровень покупателя не запишется."
            return _wrong(sentence, "Создайте у контакта поле типа «Строка» и впишите его код в tier_field.")
        if fields[name].type != TEXT:
            sentence = f"Поле {field} контакта — не строка: уровень покупателя в него не запишется."
            return _wrong(sentence, "Создайте у контакта поле типа «Строка» и впишите его код в tier_field.")
        return _good("cabinet", "У контактов есть поле для уровня покупателя.")


def _good(subject: str, sentence: str) -> Finding:
    return Finding(subject=subject, level="good", sentence=sentence)


def _wrong(sentence: str, advice: str) -> Finding:
    return Finding(subject="cabinet", level="fault", sentence=sentence, advice=advice)


def _fault(error: SyncError) -> Finding:
    if isinstance(error, Unauthorized):
        return Finding(subject="credential", level="fault", sentence=error.sentence, advice=NEW_WEBHOOK)
    if isinstance(error, RateLimited):
        advice = "Подождите десять минут; если повторится, узнайте, какие ещё приложения обращаются к порталу с этого сервера."
        return Finding(subject="limits", level="fault", sentence=error.sentence, advice=advice)
    if isinstance(error, (Rejected, ContractBroken)):
        advice = "Проверьте адрес портала в настройках: нужен тот, по которому Битрикс24 открывается в браузере, без /rest/."
        return Finding(subject="cabinet", level="fault", sentence=error.sentence, advice=advice)
    advice = "Проверьте адрес портала в настройках и откройте его в браузере."
    return Finding(subject="host", level="fault", sentence=error.sentence, advice=advice)
