"""What packers need, fetched and kept as files: labels of channels and carriers; and parts of orders told to their channels."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from prefect import get_run_logger

from adapters.capabilities import Carrier, HandsOver, PrintsLabels, ShipsParts
from adapters.errors import OutcomeUnknown, SyncError
from adapters.hub.hub import Hub
from adapters.hub.labels import Labels, Missing
from adapters.hub.outbox import Answer
from adapters.hub.shipments import Shipments
from adapters.label_files import keep_label
from tasks.rules.carrier_papers import Form, FormKind
from tasks.rules.labels import LabelAsked, LabelKind, LabelMade
from tasks.rules.parts import PartTold
from tasks.shipments import AT_ONCE, Shipped

UNPRINTABLE = (
    "Вместо этикетки пришёл файл, который не напечатать: не PDF, не картинка и не ZPL. Он не сохранён; Utyug попросит этикетку ещё раз. "
    "Если она нужна сейчас, скачайте её в кабинете."
)
CARRIER_KINDS: tuple[tuple[LabelKind, FormKind], ...] = (("barcode", "barcode"), ("waybill", "waybill"))


def tell_parts(book: Shipments, name: str, shop: object) -> Iterator[Shipped]:
    """Tell a channel of every part and tracking number it is owed; one that takes no parts is told nothing."""
    target = f"channel:{name}"
    while True:
        claimed, parts = book.claim_parts(name, most=AT_ONCE)
        if not claimed:
            return
        due = [parts[one.subject] for one in claimed if one.subject in parts]
        told: list[PartTold] = []
        stopped: dict[str, Answer] = {}
        stopped_by: SyncError | None = None
        if isinstance(shop, ShipsParts) and due:
            try:
                told = shop.ship_parts(due)
            except SyncError as error:
                stopped = {one.subject: _stopped(one.outbox_id, error) for one in claimed}
                stopped_by = error
        taken = book.settle_parts(name, claimed, {one.number: one for one in told}, stopped)
        yield Shipped(target=target, counts={"parts": taken}, stopped_by=stopped_by)
        if stopped_by is not None:
            return


def fetch_labels(hub: Hub, name: str, shop: object, var_dir: Path) -> Shipped:
    """A channel's labels for what is being packed, those that it can make by now."""
    target, book = f"channel:{name}", Labels(hub)
    if not isinstance(shop, PrintsLabels):
        return Shipped(target=target)
    missing = book.missing(target, "label", most=100)
    try:
        made = shop.make_labels([one.asked for one in missing]) if missing else []
        kept = _keep(book, name, made, var_dir)
        kept += _supply_codes(book, name, shop, var_dir)
    except SyncError as error:
        return Shipped(target=target, stopped_by=error)
    return Shipped(target=target, counts={"labels": kept})


def hand_over_supplies(hub: Hub, name: str, shop: object, var_dir: Path) -> Shipped:
    """Hand over the channel's supplies that Utyug made, with whatever is in them, and keep their codes for the gate."""
    target, book = f"channel:{name}", Labels(hub)
    if not isinstance(shop, HandsOver):
        return Shipped(target=target)
    supply_refs = [one.id for one in shop.open_supplies()]
    book.want(name, supply_refs, "supply")
    done = [shop.hand_over(ref) for ref in supply_refs]
    taken = [one.supply_ref for one in done if one.outcome in {"accepted", "already"}]
    book.forget([one.supply_ref for one in done if one.outcome == "refused"], "supply")
    for one in done:
        if one.sentence is not None:
            get_run_logger().warning("%s: поставка «%s» не передана. %s", name, one.name, one.sentence)
    return Shipped(target=target, counts={"parts": len(taken), "labels": _supply_codes(book, name, shop, var_dir)})


def _supply_codes(book: Labels, name: str, shop: PrintsLabels, var_dir: Path) -> int:
    """Codes for the gate of supplies that were handed over, also of those whose run ended before it had them.

    Raises:
        SyncError: the channel does not say.
    """
    wanted = book.wanted(name, "supply")
    made = shop.make_labels([LabelAsked(subject=ref, order_ref="", kind="supply") for ref in wanted]) if wanted else []
    return _keep(book, name, made, var_dir)


def fetch_forms(hub: Hub, target: str, carrier: Carrier, var_dir: Path) -> Shipped:
    """A carrier's labels and papers for what it has in its books."""
    name, book = target.partition(":")[2], Labels(hub)
    kept = 0
    for kind, form_kind in CARRIER_KINDS:
        try:
            made = [_form(carrier, one, kind, form_kind) for one in book.missing(target, kind, most=AT_ONCE)]
        except SyncError as error:
            return Shipped(target=target, counts={"labels": kept}, stopped_by=error)
        kept += _keep(book, name, made, var_dir)
    return Shipped(target=target, counts={"labels": kept})


def _form(carrier: Carrier, one: Missing, kind: LabelKind, form_kind: FormKind) -> LabelMade:
    if one.asked.form_ref is None:
        return _made(one, kind, carrier.ask_form([one.carrier_ref or ""], form_kind))
    return _made(one, kind, carrier.read_form(one.asked.form_ref, form_kind))


def _made(one: Missing, kind: LabelKind, form: Form) -> LabelMade:
    """What was kept for an hour and is gone is asked for anew."""
    if form.state == "ready" and form.pdf is not None:
        return LabelMade(subject=one.asked.subject, state="ready", kind=kind, content=form.pdf)
    if form.state == "refused":
        return LabelMade(subject=one.asked.subject, state="refused", kind=kind, sentence=form.sentence)
    form_ref = form.form_ref if form.state != "gone" else None
    return LabelMade(subject=one.asked.subject, state="pending", kind=kind, form_ref=form_ref)


def _keep(book: Labels, owner: str, made: Sequence[LabelMade], var_dir: Path) -> int:
    """Files first: a row never names one that is not there. What is no file that one can print is asked for anew."""
    kept = [(one, _file(one, owner, var_dir)) for one in made]
    told = [(one if file is not None or one.content is None else _unprintable(one), file) for one, file in kept]
    return book.keep(owner, told)


def _file(one: LabelMade, owner: str, var_dir: Path) -> tuple[str, str] | None:
    return keep_label(var_dir, owner=owner, subject=one.subject, kind=one.kind, content=one.content) if one.content is not None else None


def _unprintable(one: LabelMade) -> LabelMade:
    return LabelMade(subject=one.subject, state="not_yet", kind=one.kind, sentence=UNPRINTABLE)


def _stopped(outbox_id: int, error: SyncError) -> Answer:
    is_unknown = isinstance(error, OutcomeUnknown)
    return Answer(outbox_id=outbox_id, outcome="unknown" if is_unknown else "later", sentence=error.sentence)
