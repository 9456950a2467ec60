"""`make demo`: the main job from end to end on embedded defaults, told as it happens.

A shop's 1C pushes its export over HTTP exactly as УТ does; the flows run on a real worker; the stand-in site ends up showing the stock.
Everything is started here and stopped here, in a folder of its own.
"""

import json
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from adapters.errors import Misconfigured
from adapters.hub.contents import contents
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.ledger import Ledger
from adapters.hub.listen import Listener
from adapters.hub.opening import open_hub
from adapters.hub.quarantine import Quarantine
from adapters.hub.work import Work
from adapters.settings import ClockSettings, GatewaySettings, OnecBase, OnecSettings, PrefectSettings, Settings
from deployments.children import end_marked
from deployments.demo_back_office import BackOffice
from deployments.demo_books import BOOKS, shipments_told, show_parcels
from deployments.demo_cast import Cast
from deployments.demo_channels import Channels, fill_cabinets, fill_plainly, look, told_so_far
from deployments.demo_export import alone, articles, own_files
from deployments.demo_onward import CRM, OnwardDemo, show_onward, took
from deployments.demo_orders import HOT_GOODS, OrdersTold, most_shared, oversold, promised_beyond, send_buyers, show_orders, told_of_orders
from deployments.demo_parcels import CARRIER, ParcelsDemo
from deployments.demo_report import Report
from deployments.demo_rounds import Rounds
from deployments.demo_tables import show_channels
from deployments.environment import mark_of
from deployments.postgres import EmbeddedPostgres
from deployments.sample.export import LISTED, Planted, write_changes, write_sample
from deployments.sample.site import site_catalogue
from deployments.stopping import Stop
from deployments.story.story import run_story
from deployments.supervisor import Supervisor, only_one
from deployments.why import explain
from deployments.world.hands import Hands
from deployments.world.onec import OnecClient, OnecStopped
from deployments.world.onec_base import MOSCOW
from deployments.world.served import served
from tasks.rules.return_rules import ReturnSettings
from tasks.rules.shipping_rules import ShippingRules
from validation.reasons import SENTENCES

SETTLED_WITHIN_S = 300.0
OWN_GOODS_ON_SITE = 500
STORY_SEED = 2
"""A flash."""
SHOP_SPEED = 10.0
UNHURRIED: dict[str, Any] = {
    name: OnecSettings.model_fields[name].default * SHOP_SPEED for name in ("stalled_after_s", "file_quiet_s", "series_quiet_s")
}
"""What 1C and the watched folder are given by the shop's clock stays as long for them, who do not live by it."""


def run_demo(*, export: Path | None, stays: bool, var_dir: Path = Path("var/demo")) -> bool:
    """Play the demo, print it, leave ``report.json``.

    Args:
        export: the reader's own export; ours where there is none.
        stays: leave everything running until Ctrl+C.
        var_dir: everything the demo keeps; emptied first.

    Returns:
        Whether what happened is what had to happen.

    Raises:
        Misconfigured: something cannot start, or the export is not there.
    """
    console = Console()
    _wipe(var_dir)
    files = own_files(export, var_dir / "own") if export else []
    with ExitStack() as stack:
        shop = Demo(console, stack, var_dir)
        report = shop.play_own(files) if export else shop.play_sample()
        path = var_dir / "report.json"
        path.write_text(json.dumps(asdict(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        console.print(f"\nОтчёт: {path}")
        if stays:
            shop.stay()
            return shop.is_as_planned
    console.print("\nИ напоследок: один и тот же час распродажи, сначала с одним числом на всех площадках, потом с Utyug.")
    return run_story(var_dir, seeds=[STORY_SEED], jobs=1, console=console) and shop.is_as_planned


class Demo:
    """The shop of the demo, from its start on."""

    def __init__(self, console: Console, stack: ExitStack, var_dir: Path) -> None:
        self.console = console
        self.is_as_planned = True
        self._var_dir = var_dir
        password = secrets.token_urlsafe(16)
        clock = ClockSettings(epoch_at=datetime.now(UTC), speed=SHOP_SPEED)
        channels = Channels(clock)
        self._world = stack.enter_context(served(channels.world()))
        settings = Settings(
            var_dir=var_dir,
            gateway=GatewaySettings(port=0),
            prefect=PrefectSettings(port=0),
            clock=clock,
            onec=OnecSettings(
                bases={"main": OnecBase(login="utyug", password=SecretStr(password), odata=channels.odata(self._world))}, **UNHURRIED
            ),
            channels=channels.settings(self._world),
            crm={CRM: channels.crm(self._world)},
            carriers={CARRIER: channels.carrier(self._world)},
            shipping=ShippingRules(
                usual_g=1000,
                packing_g=100,
                brand_property="Марка",
                origin_property="Страна производства",
                usual_brand="Utyug",
                usual_origin="RU",
            ),
            returns=ReturnSettings(documents="odata"),
        )
        self._site_key, self._accountant = channels.site_key, channels.accountant
        with self._step("Запускаю PostgreSQL, сервер Prefect, исполнителя и шлюз"):
            self.supervisor = stack.enter_context(Supervisor(settings))
        console.print(f"  Prefect: {self.supervisor.ui_url}   шлюз для 1С: {self.supervisor.gateway_url}/1c/exchange")
        asks = {"url": self.supervisor.gateway_url, "key": self._site_key.get_secret_value(), "timeout_s": 2.0}
        httpx.put(f"{self._world}/_control/woocommerce/asks", json=asks, timeout=30).raise_for_status()
        self._hub: Hub = stack.enter_context(open_hub(self.supervisor.settings))
        self._rounds = Rounds(self._hub, self.supervisor, self._world)
        self._onec = stack.enter_context(
            OnecClient(url=f"{self.supervisor.gateway_url}/1c/exchange", login="utyug", password=password, habit="ut")
        )

    def play_sample(self) -> Report:
        """Our shop «Утюг и Ко»: a full export with planted defects, then an exchange of changes that repairs most of them."""
        folder = self._var_dir / "export"
        planted = write_sample(folder / "full", formed_at=_stamp())
        self._fill_site([dict(product) for product in site_catalogue()])
        fill_cabinets(self._world)
        with self._step("1С (УТ 11) выгружает каталог, цены и остатки по HTTP"):
            self._onec.push_catalog(folder / "full")
        with self._step("Потоки на исполнителе разбирают выгрузку, заводят карточки, отправляют цены и остатки на четыре площадки"):
            self._await_settled()
        report = Report(loaded=contents(self._hub), refused=Quarantine(self._hub).counts(source="main"))
        self._show_loaded(report, planted)
        self._show_refused(report.refused, planted)
        changed = write_changes(folder / "changes", formed_at=_stamp())
        with self._step("1С выгружает только изменения: менеджер исправил карточки"):
            self._onec.push_catalog(folder / "changes")
            self._await_settled()
        left = Quarantine(self._hub).counts(source="main")
        self.console.print(
            f"  В карантине было {sum(report.refused.values())} строк, осталось {sum(left.values())}: исправленное ушло само."
        )
        self._check("после исправлений в карантине осталось то, что не исправляли", left == changed.left)
        report.second_exchange = {"repaired": changed.repaired, "left": left}
        return self._finish(report)

    def play_own(self, files: list[Path]) -> Report:
        """The reader's own export, a session for each file; a file that is refused does not stop the others."""
        report = Report()
        named = articles(files, limit=OWN_GOODS_ON_SITE)
        self._fill_site([_plain_goods(article) for article in named])
        fill_plainly(self._world, named)
        with self._step("1С выгружает ваши файлы по HTTP"):
            for path in files:
                report.files.append({"file": path.name, "answer": self._push_alone(path)})
        with self._step("Потоки на исполнителе разбирают файлы и отправляют остатки на площадки, где заведены ваши артикулы"):
            self._await_settled()
        report.loaded = contents(self._hub)
        report.refused = Quarantine(self._hub).counts(source="main")
        self._show_files(report)
        self._show_loaded(report, None)
        self._show_refused(report.refused, None)
        return self._finish(report)

    def stay(self) -> None:
        """Leave everything running until Ctrl+C."""
        self.console.print(f"\nВсё работает. Prefect: {self.supervisor.ui_url}   сайт: {self._world}/woocommerce   Ctrl+C останавливает.")
        stop = Stop()
        stop.heed()
        with suppress(SystemExit):
            stop.wait()

    def _push_alone(self, path: Path) -> str:
        try:
            self._onec.push_catalog(alone(path, self._var_dir / "own"))
        except OnecStopped as stopped:
            return str(stopped)
        return "success"

    def _fill_site(self, products: list[dict[str, Any]]) -> None:
        httpx.post(f"{self._world}/_control/woocommerce/products", json=products, timeout=30).raise_for_status()

    def _await_settled(self) -> None:
        """Until the inbox is empty, the ledger has every count, and cards and prices of every file have been carried out.

        Raises:
            Misconfigured: it does not come to rest.
        """
        ends_at = time.monotonic() + SETTLED_WITHIN_S
        with Listener(self._hub, "feed", "stock") as ear:
            while not self._is_settled():
                if time.monotonic() > ends_at:
                    raise Misconfigured(f"Потоки не закончили за {SETTLED_WITHIN_S:.0f} с; журналы: {self._var_dir / 'log'}")
                ear.wait(1.0)

    def _is_settled(self) -> bool:
        feeds = Inbox(self._hub).feeds(limit=10_000)
        work = Work(self._hub)
        waits = (work.oldest_count(), work.oldest_unlisted())
        return not any(feed.state in ("receiving", "waiting") for feed in feeds) and all(oldest is None for oldest in waits)

    def _finish(self, report: Report) -> Report:
        """Rounds until nothing is left to send, one more that must be silent, then each channel's own books."""
        with self._step("Площадки решают, что приняли; потоки досылают остальное"):
            rounds = self._rounds.until_settled()
        with self._step("Ещё один запуск, которому нечего отправить"):
            second = self._rounds.once()
        report.channels = told_so_far(self._hub)
        for told in report.channels.values():
            told.second_run_sent = second
        look(self._hub, self.supervisor.settings, self._world, report.channels)
        show_channels(report.channels, self.console)
        self._check(f"кругов до тишины {rounds}, следующий запуск не отправил ничего", second == 0)
        shown = [told.read_back for told in report.channels.values()]
        self._check("каждая площадка показывает то, что ей можно продать", all(one["stock"] == one["stock_equal"] for one in shown))
        self._check("вместе площадки не могут продать больше, чем есть", promised_beyond(self._hub, self.supervisor.settings) == 0)
        onward = OnwardDemo(self._hub, self._world, self._onec, deliver=self._rounds.deliver, check=self._check)
        with onward.cut_off():
            report.orders_by_channel = self._sell()
        with self._step("1С забирает последние заказы; в CRM доходит то, на что она не ответила"):
            report.orders = onward.hand_over()
        report.orders_took = took(report.orders)
        show_onward(report.orders, self.console)
        with self._step("Менеджер отменяет заказ в 1С, другой в CRM, остальные проводит; площадки узнают"):
            cancelled = onward.bring_back()
        if cancelled is not None:
            self.console.print(f"\nЧто знает об этом заказе `utyug why {cancelled}`:")
            explain(self._hub, cancelled, None, self.console, time_zone=self.supervisor.settings.time_zone)
        self._move_parcels(onward, report)
        report.flows = self._rounds.ended_runs()
        table = Table("Поток", "Состояние", "Секунд", title="Запуски в Prefect")
        for ended in report.flows:
            table.add_row(ended["name"], ended["state"], str(ended["seconds"]))
        self.console.print(table)
        self._check("все запуски завершились успешно", all(ended["state"] == "Completed" for ended in report.flows))
        self._check("каждая штука в книге учтена ровно один раз", Ledger(self._hub).check_conservation().is_empty())
        return report

    def _move_parcels(self, onward: OnwardDemo, report: Report) -> None:
        """Parcels and returns, and every book in the end; a shop that has nothing fit for the story has none of it."""
        world = Hands(self._world)
        office = BackOffice(
            self._hub, world, onward, self._onec, accountant=self._accountant, folder=self._var_dir / "export", stamp=_stamp
        )
        parcels = ParcelsDemo(
            self._hub,
            self.supervisor.settings,
            world,
            cast=Cast(self._hub, world),
            onward=onward,
            office=office,
            rounds=self._rounds,
            check=self._check,
            step=self._step,
        )
        if not parcels.play():
            self.console.print("  Для посылок и возвратов не нашлось шести подходящих товаров: этой части не будет.")
            return
        books = parcels.books()
        report.shipments, report.returns = shipments_told(self._hub), parcels.returns()
        report.books, report.books_compared = {name: not told.differences for name, told in books.items()}, books
        show_parcels([one for one in report.shipments if (one.channel, one.ref) in parcels.refs], report.returns, self.console)
        for name, told in books.items():
            self._check(f"{BOOKS[name]}, сверено {told.rows}: {told.compared}", not told.differences)
            for difference in told.differences:
                self.console.print(f"    {difference}")

    def _sell(self) -> dict[str, OrdersTold]:
        """Buyers on all channels at once, for the same goods; the hub must know of every order, and sell nothing twice."""
        goods = most_shared(self._hub, HOT_GOODS)
        with self._step("Покупатели приходят на четыре площадки за одними и теми же товарами"):
            send_buyers(self._world, goods, self._hub.clock)
            told = told_of_orders(self._hub, self._world)
        show_orders(told, self.console)
        self._check("каждый заказ записан ровно один раз", all(one.placed == one.recorded for one in told.values()))
        self._check("ни одна штука не продана дважды", oversold(self._hub) == 0)
        return told

    def _show_loaded(self, report: Report, planted: Planted | None) -> None:
        names = {"products": "товары", "offers": "предложения", "prices": "цены", "counts": "остатки"}
        table = Table("Что", "Строк", title="Загружено в базу Utyug")
        for kind, rows in report.loaded.items():
            table.add_row(names[kind], str(rows))
        self.console.print(table)
        if planted is not None:
            self._check("загружено ровно то, что должно быть", report.loaded == planted.loaded)

    def _show_refused(self, refused: dict[str, int], planted: Planted | None) -> None:
        table = Table("Строк", "Почему", "Что было в файле" if planted else "Код", title="Не принято и лежит в карантине")
        for reason, rows in sorted(refused.items(), key=lambda pair: -pair[1]):
            table.add_row(str(rows), SENTENCES[reason], LISTED[reason] if planted and reason in LISTED else reason)
        self.console.print(table)
        if planted is not None:
            self._check("каждый подложенный дефект найден, и ничего сверх них", refused == planted.refused)

    def _show_files(self, report: Report) -> None:
        table = Table("Файл", "Ответ для 1С", "Итог", title="Файлы")
        sentences = {feed.name: feed.sentence for feed in reversed(Inbox(self._hub).feeds(limit=10_000))}
        for told in report.files:
            told["sentence"] = sentences.get(told["file"]) or ""
            table.add_row(told["file"], told["answer"], told["sentence"])
        self.console.print(table)

    def _check(self, claim: str, holds: bool) -> None:
        self.is_as_planned &= holds
        self.console.print(f"  {'[green]да[/]' if holds else '[red]НЕТ[/]'}: {claim}")

    @contextmanager
    def _step(self, sentence: str) -> Iterator[None]:
        began = time.monotonic()
        self.console.print(f"[bold]{sentence}…[/]")
        yield
        self.console.print(f"  готово за {time.monotonic() - began:.1f} с")


def _plain_goods(article: str) -> dict[str, Any]:
    return {"sku": article, "name": article, "pcs": None, "price": "100.00", "variations": []}


def _stamp() -> datetime:
    """1C's clock is local, in Moscow, and without a zone."""
    return datetime.now(MOSCOW).replace(tzinfo=None, microsecond=0)


def _wipe(var_dir: Path) -> None:
    """End what an earlier demo left, and forget it.

    Raises:
        Misconfigured: a demo is still running there.
    """
    if not var_dir.exists():
        return
    with only_one(var_dir):
        end_marked(mark_of(var_dir))
        EmbeddedPostgres(var_dir).stop()
        shutil.rmtree((var_dir / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(var_dir)
