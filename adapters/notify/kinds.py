"""The kinds of incidents a person may hear of, each explained once in both languages."""

from adapters.notify.kinds_machinery import MACHINERY
from adapters.notify.kinds_onec import ONEC
from adapters.notify.kinds_sales import SALES
from adapters.notify.words import Explained, explained

KINDS: dict[str, Explained] = MACHINERY | ONEC | SALES

ANY = explained(
    (
        "требуется внимание",
        "Обмен может работать не полностью.",
        "Событие записано в журнал.",
        "Прочитайте, что случилось; если непонятно — перешлите это сообщение интегратору.",
    ),
    (
        "attention is needed",
        "The exchange may not work in full.",
        "The event is in the journal.",
        "Read what happened; if it is unclear, forward this message to your integrator.",
    ),
)
