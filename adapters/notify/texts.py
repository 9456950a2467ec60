"""What a message says, in Russian and in English: what happened, what it means for the shop, what Utyug did, what to do.

Whoever reports an incident may say the meaning and the advice better than the words kept here for its kind; those are then used, except
in English, where an incident's own words, written for a Russian reader, follow the kind's as a quotation.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.hub.incidents import Incident
from adapters.notify.kinds import ANY, KINDS
from adapters.notify.words import Words

SHOP_ZONE = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What is sent: a subject and a plain text."""

    title: str
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """The words around the facts."""

    over: str
    means: str
    do: str
    times: str
    once: str
    ended: str
    link: str
    quoted: str


LABELS = {
    "ru": Labels(
        over="Прошло: {}",
        means="Что это значит: {}",
        do="Что делать: {}",
        times="Повторилось раз: {times}; впервые {first}, последний раз {last} (МСК).",
        once="Время: {first} (МСК).",
        ended="Закончилось {} (МСК). Делать ничего не нужно.",
        link="Подробности: {}",
        quoted="{}",
    ),
    "en": Labels(
        over="Over: {}",
        means="What it means: {}",
        do="What to do: {}",
        times="Times: {times}; first {first}, last {last} (Moscow time).",
        once="At {first} (Moscow time).",
        ended="Ended {} (Moscow time). Nothing needs to be done.",
        link="Details: {}",
        quoted="As recorded: {}",
    ),
}

PARTS = {
    "ru": {
        "server": "Сервер Prefect",
        "worker": "Исполнитель запусков (worker)",
        "gateway": "Шлюз, через который приходит 1С,",
        "hub": "База данных Utyug",
    },
    "en": {
        "server": "The Prefect server",
        "worker": "The worker",
        "gateway": "The gateway that 1C comes through",
        "hub": "Utyug's database",
    },
}
SILENT = {"ru": "{name} не отвечает дольше {seconds} с.", "en": "{name} has not answered for {seconds} s."}
DIED = {
    "ru": "Процесс {process} завершился сам (код {code}); его журнал: {log}.",
    "en": "The process {process} ended by itself (code {code}); its log: {log}.",
}
ROUTE = {"ru": "Адрес «{address}» не принял сообщение.", "en": "The address “{address}” did not take a message."}


def write_message(incident: Incident, *, language: str) -> Message:
    """The message of an incident, or of its end.

    Args:
        incident: as `Incidents.to_tell` gives it.
        language: ``ru`` or ``en``.
    """
    labels = LABELS[language]
    words = KINDS.get(incident.kind, ANY)[language]
    if incident.recovered_at is not None:
        lines = [labels.quoted.format(incident.sentence), _when(incident, labels), labels.ended.format(_clock(incident.recovered_at))]
        return Message(title=f"Utyug: {labels.over.format(words.title)}", body="\n".join(lines))
    meaning, advice = _explained(incident, words, language=language)
    lines = [
        labels.quoted.format(incident.sentence),
        labels.means.format(meaning),
        labels.do.format(advice),
        _when(incident, labels),
        *([labels.link.format(incident.link)] if incident.link else []),
    ]
    count = f" (×{incident.times})" if incident.times > 1 else ""
    return Message(title=f"Utyug: {words.title}{count}", body="\n\n".join(lines))


def _explained(incident: Incident, words: Words, *, language: str) -> tuple[str, str]:
    own = language == "ru"
    meaning = incident.meaning if own and incident.meaning else f"{words.meaning} {words.done}"
    return meaning, (incident.advice if own and incident.advice else words.advice)


def _when(incident: Incident, labels: Labels) -> str:
    first, last = _clock(incident.first_at), _clock(incident.last_at)
    return (labels.times if incident.times > 1 else labels.once).format(times=incident.times, first=first, last=last)


def _clock(at: datetime) -> str:
    return at.astimezone(SHOP_ZONE).strftime("%d.%m.%Y %H:%M")


def silent_sentence(part: str, *, seconds: float, language: str) -> str:
    """What to say of a part of Utyug that does not answer: ``server``, ``worker``, ``gateway`` or ``hub``."""
    name = PARTS[language].get(part, part)
    return SILENT[language].format(name=name, seconds=round(seconds))


def died_sentence(process: str, *, log: str, code: int, language: str) -> str:
    """What to say of a process under the supervisor that ended by itself."""
    return DIED[language].format(process=process, log=log, code=code)


def route_sentence(address: str, *, language: str) -> str:
    """What to say of an address that did not take a message; ``address`` is the route's name, never its URL."""
    return ROUTE[language].format(address=address)
