"""1C as the client of the standard «Обмен с сайтом», with the habits of its two configurations.

УТ and УНФ speak one protocol and differ in what they forgive (`reference/commerceml.md` §1): УТ wants exactly two lines from `init`
and asks `import` again without a pause; УНФ takes any number of lines and rests before each `import`. Both build the Cookie header
by hand, compare first lines trimmed and lowered, know nothing but `success` and `failure` after a file, and put every portion of an
export into a session of its own.
"""

import base64
import re
import time
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import httpx
from lxml import etree
from lxml.etree import _Element

from deployments.world.onec_wire import Wire

USER_AGENT = "1C+Enterprise/8.3"
TIMEOUT_S = {"ut": 180.0, "unf": 1800.0}
UNF_REST_S = 5.0
ORDER_OPERATION = "Заказ товара"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PORTION = re.compile(r"_(\d+)\.xml\Z", re.IGNORECASE)


class OnecStopped(Exception):
    """The exchange stopped; the sentence is what the 1C user reads in the log."""


class OnecClient:
    """One base of 1C with «Обмен с сайтом» set up.

    Args:
        url: the script's address, as typed into 1C.
        login: the site's user.
        password: theirs.
        habit: whose client this is.
        rest_s: УНФ's pause before each `import`; the tests shorten it.
        waits_for_import: УТ's node may be told not to.
        transport: where requests go instead of the network, for tests.

    Attributes:
        wire: the line to the site, which may be cut.
        log: what the 1C user reads.
    """

    def __init__(
        self,
        *,
        url: str,
        login: str,
        password: str,
        habit: Literal["ut", "unf"] = "ut",
        rest_s: float = UNF_REST_S,
        waits_for_import: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = url
        self._habit = habit
        self._rest_s = rest_s
        self._waits_for_import = waits_for_import
        self.wire = Wire(transport or httpx.HTTPTransport())
        credentials = base64.b64encode(f"{login}:{password}".encode()).decode()
        self._http = httpx.Client(
            headers={"Authorization": f"Basic {credentials}", "User-Agent": USER_AGENT},
            timeout=TIMEOUT_S[habit],
            follow_redirects=False,
            transport=self.wire,
        )
        self.log: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def push_catalog(self, folder: Path) -> None:
        """Export a folder (XML and `import_files/`) as catalogue; numbered portions each in a session of their own.

        A portion that fails stops the export where it is the first, which carries the classifier; a later one is reported
        after the others went.

        Raises:
            OnecStopped: with what the log says.
        """
        faults: list[OnecStopped] = []
        for number, names in enumerate(_portions(folder)):
            try:
                self._push("catalog", {name: (folder / name).read_bytes() for name in names}, asks_import=self._waits_for_import)
            except OnecStopped as fault:
                if number == 0:
                    raise
                faults.append(fault)
        if faults:
            raise faults[0]

    def push_orders(self, *packages: bytes) -> list[str]:
        """Send changed orders back, each package in a session of its own; УНФ sends no `import` after them.

        Returns:
            The names the files were sent under.

        Raises:
            OnecStopped: with what the log says.
        """
        names = []
        for number, package in enumerate(packages, 1):
            name = f"orders-{uuid.uuid4()}_{number}.xml"
            self._push("sale", {name: package}, asks_import=self._habit == "ut" and self._waits_for_import)
            names.append(name)
        return names

    def pull_orders(self, *, reads: Callable[[str], list[str]] | None = None, confirms: bool = True) -> list[str]:
        """Read the site's orders as 1C does, and confirm them.

        Args:
            reads: takes the package and returns its orders' numbers; without it they are only looked at.
            confirms: whether `success` is sent; without it the site must offer the same orders again.

        Returns:
            The orders' numbers, as 1C looks for them.

        Raises:
            OnecStopped: the answer is not a package of orders, or one of them fails the whole package.
        """
        cookie = self._open("sale")
        body = self._get("sale", "query", cookie)
        numbers = reads(body) if reads else [number_of(order) for order in read_package(body, habit=self._habit)]
        if confirms:
            self._expect_success(self._get("sale", "success", cookie), "подтверждение заказов")
        return numbers

    def _push(self, exchange: str, files: dict[str, bytes], *, asks_import: bool) -> None:
        cookie = self._open(exchange)
        is_zip, file_limit = self._terms(exchange, cookie)
        for name, body in self._packed(files) if is_zip else files.items():
            for piece in _pieces(body, file_limit):
                self._expect_success(self._post(exchange, name, cookie, piece), f"выгрузка файла {name}")
        documents = [name for name in files if name.lower().endswith(".xml")]
        if self._habit == "unf":
            documents.sort(key=lambda name: "import" not in name.lower())
        for name in documents if asks_import else ():
            self._import(exchange, name, cookie)

    def _packed(self, files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
        """УТ packs everything into one archive; УНФ packs the documents and sends pictures one by one."""
        alone = [name for name in files if self._habit == "unf" and not name.lower().endswith(".xml")]
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, body in files.items():
                if name not in alone:
                    archive.writestr(name, body)
        yield f"v8_{uuid.uuid4().hex[:4].upper()}_{uuid.uuid4().hex[:2]}.zip", packed.getvalue()
        yield from ((name, files[name]) for name in alone)

    def _open(self, exchange: str) -> str:
        lines = self._get(exchange, "checkauth").split("\n")
        if _word(lines[0]) != "success" or len(lines) < 3:
            raise self._stopped("Не удалось установить соединение с сервером. Проверьте имя пользователя и пароль", lines)
        return f"{lines[1].strip()}={lines[2].strip()}"

    def _terms(self, exchange: str, cookie: str) -> tuple[bool, int]:
        lines = self._get(exchange, "init", cookie).split("\n")
        if _word(lines[0]) == "failure" or (self._habit == "ut" and len(lines) != 2):
            raise self._stopped("Параметры обмена не получены", lines)
        told = dict(line.strip().lower().partition("=")[::2] for line in lines)
        limit = told.get("file_limit", "")
        return told.get("zip") == "yes", int(limit) if limit.isdecimal() else 0

    def _import(self, exchange: str, name: str, cookie: str) -> None:
        while True:
            if self._habit == "unf":
                time.sleep(self._rest_s)
            answer = self._get(exchange, "import", cookie, filename=name)
            if _word(answer.split("\n")[0]) != "progress":
                break
            self.log.append(answer)
        self._expect_success(answer, f"загрузка файла {name}")

    def _expect_success(self, answer: str, what: str) -> None:
        lines = answer.split("\n")
        word = _word(lines[0])
        if word == "failure":
            raise self._stopped(f"Ошибка на сервере ({what})", lines[1:])
        if word != "success":
            raise self._stopped(f"Не получен статус завершения операции ({what})", lines)
        self.log.append(answer)

    def _stopped(self, what: str, lines: Iterable[str]) -> OnecStopped:
        sentence = f"{what}: {' '.join(lines)}".strip(": ")
        self.log.append(sentence)
        return OnecStopped(sentence)

    def _get(self, exchange: str, mode: str, cookie: str = "", *, filename: str = "") -> str:
        """УНФ asks once more where the answer broke off."""
        address = self._address(exchange, mode, filename)
        for is_last in (self._habit != "unf", True):
            try:
                return self._send("GET", address, cookie)
            except httpx.RemoteProtocolError as error:
                if is_last:
                    raise self._away(error) from error
        raise AssertionError("unreachable")

    def _post(self, exchange: str, filename: str, cookie: str, body: bytes) -> str:
        try:
            return self._send("POST", self._address(exchange, "file", filename), cookie, body)
        except httpx.RemoteProtocolError as error:
            raise self._away(error) from error

    def _send(self, method: str, address: str, cookie: str, body: bytes | None = None) -> str:
        try:
            response = self._http.request(method, address, headers={"Cookie": cookie} if cookie else {}, content=body)
        except httpx.RemoteProtocolError:
            raise
        except httpx.TransportError as error:
            raise self._away(error) from error
        return response.content.decode(response.charset_encoding or "utf-8")

    def _away(self, error: httpx.TransportError) -> OnecStopped:
        return self._stopped("Не удалось установить соединение с сервером", [type(error).__name__])

    def _address(self, exchange: str, mode: str, filename: str) -> str:
        named = f"&filename={filename}" if filename else ""
        return f"{self._url}?type={exchange}&mode={mode}{named}"


def _portions(folder: Path) -> list[list[str]]:
    """The folder's files by portion; attachments go with the first."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    numbered: dict[int, list[str]] = {}
    for name in names:
        found = _PORTION.search(name)
        numbered.setdefault(int(found[1]) if found else 0, []).append(name)
    unnumbered = numbered.pop(0, [])
    portions = [numbered[number] for number in sorted(numbered)]
    if not portions:
        return [unnumbered]
    return [unnumbered + portions[0], *portions[1:]]


def _pieces(body: bytes, limit: int) -> Iterator[bytes]:
    size = limit or len(body) or 1
    yield from (body[start : start + size] for start in range(0, len(body) or 1, size))


def read_package(text: str, *, habit: Literal["ut", "unf"]) -> list[_Element]:
    """The orders of a package as elements; those in a `Контейнер` are not seen. УНФ strips characters that XML forbids, УТ fails.

    Raises:
        OnecStopped: it is not a package.
    """
    beginnings = ("<?xml",) if habit == "ut" else ("<?xml", "<КоммерческаяИнформация")
    if not text.startswith(beginnings):
        raise OnecStopped(f"Не удалось прочитать данные, загруженные с сервера: {text[:200]}")
    body = re.sub(r"\A<\?xml.*?\?>", "", text, flags=re.DOTALL)
    try:
        root = etree.fromstring(_ILLEGAL.sub("", body) if habit == "unf" else body)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise OnecStopped(f"Не удалось прочитать данные, загруженные с сервера: {error}") from error
    return root.findall("{*}Документ")


def number_of(document: _Element) -> str:
    """An order's number.

    Raises:
        OnecStopped: the document fails the package it is in.
    """
    number = document.findtext("{*}Номер") or ""
    if document.findtext("{*}ХозОперация") != ORDER_OPERATION:
        raise OnecStopped(f"Заказ {number}: неизвестная хозяйственная операция")
    if not document.findtext("{*}Валюта"):
        raise OnecStopped(f"Заказ {number}: не указана валюта")
    return number


def _word(line: str) -> str:
    return line.strip().lower()
