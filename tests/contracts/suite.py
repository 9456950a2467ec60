"""What every vendor's adapter and room are asked, whoever they are: tests of one channel against its vendor's own spec."""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from fastapi import FastAPI

from tests.contracts import walking
from tests.contracts.deviations import DEVIATIONS
from tests.contracts.mutants import refused_mutants
from tests.contracts.recorder import Exchange
from tests.contracts.report import Report
from tests.contracts.spec import Spec
from tests.contracts.stage import Stage


@dataclass(kw_only=True)
class Played:
    """What was said on the stages of one vendor."""

    spec: Spec
    by_hand: list[Exchange]
    by_adapter: list[Exchange]
    spoilt: list[tuple[str, Exchange]]

    @property
    def everything(self) -> list[Exchange]:
        """Said by whomever."""
        return [*self.by_hand, *self.by_adapter, *(exchange for _, exchange in self.spoilt)]


@pytest.mark.timeout(400)
class VendorSuite:
    """Tests of one vendor; a subclass names it, gives a ``played`` fixture and an empty world's room."""

    VENDOR: str
    SPEC: ClassVar[type[Spec]] = Spec
    PREFIX: ClassVar[str] = ""
    """What stands before the vendor's own paths in the addresses that were called."""
    CONTRADICTED: ClassVar[dict[tuple[str, str], str]] = {}
    """Examples of the vendor's own that its own schema refuses, by operation and part: what is wrong with them."""

    def furnished(self) -> FastAPI:
        """A world with the vendor's room."""
        raise NotImplementedError

    def in_code(self, _: Spec) -> set[str]:
        """Addresses that the adapter's code has."""
        return walking.paths_in(walking.ROOT / "adapters" / self.VENDOR)

    def test_our_requests_are_the_specs(self, played: Played) -> None:
        none(walking.request_faults(played.spec, played.by_adapter))

    def test_the_worlds_answers_are_the_specs(self, played: Played) -> None:
        none(walking.answer_faults(played.spec, [*played.by_hand, *played.by_adapter]))
        refusals = [one for _, one in played.spoilt if one.asked_of(played.spec).declares(one.status or 0)]
        none(walking.answer_faults(played.spec, refusals))

    def test_every_operation_of_the_adapter_was_walked(self, played: Played) -> None:
        in_code = self.in_code(played.spec)
        walked = {one.path.removeprefix(self.PREFIX) for one in played.by_adapter}
        not_walked = [path for path in in_code if not any(walking.is_at(path, one) for one in walked)]
        unknown = [one for one in walked if not any(walking.is_at(path, one) for path in in_code)]
        none([*(f"in the code, not walked: {path}" for path in not_walked), *(f"walked, not in the code: {path}" for path in unknown)])

    def test_no_operation_of_ours_is_about_to_be_switched_off(self, played: Played) -> None:
        none(sorted({one.name for one in (exchange.asked_of(played.spec) for exchange in played.by_adapter) if one.is_deprecated}))

    def test_every_operation_of_the_world_was_walked(self, played: Played) -> None:
        routes = _routes(self.furnished(), self.VENDOR)
        none([f"{method} {path}" for method, path in routes if not _is_walked(method, path, played)])

    def test_the_world_accepts_nothing_that_the_spec_refuses(self, played: Played) -> None:
        accepted = [what for what, one in played.spoilt if not _is_refused(one)]
        assert len(played.spoilt) > 100
        none(accepted)

    def test_a_request_with_one_field_misspelt_is_noticed(self, played: Played) -> None:
        """Every field of every request of ours, one at a time."""
        unnoticed = []
        for exchange in _one_of_each(played.spec, played.by_adapter):
            operation = exchange.asked_of(played.spec)
            for where, body in _misspelt(exchange.body, ()):
                faults = operation.request_faults(exchange.query, body)
                if not any("'stokc'" in fault for fault in faults):
                    unnoticed.append(f"{operation.name}: {where}")
        none(unnoticed)

    def test_the_vendors_own_examples_are_good_but_for_the_known(self, played: Played, report: Report) -> None:
        """A reading of the spec that is stricter than its vendor would refuse them."""
        walked = {one.name: one for one in (exchange.asked_of(played.spec) for exchange in [*played.by_hand, *played.by_adapter])}
        judgements = [(name, part, faults) for name, one in walked.items() for part, faults in one.examples()]
        assert {(name, part) for name, part, faults in judgements if faults} == set(self.CONTRADICTED)
        report.add(self.VENDOR, [name for name, _, _ in judgements])

    def test_every_deviation_is_needed(self, played: Played, contracts_dir: Path) -> None:
        for dropped in played.spec.deviations:
            spec = self.SPEC(self.VENDOR, contracts_dir / self.VENDOR, [one for one in DEVIATIONS if one is not dropped])
            touched = [one for one in played.everything if dropped in one.asked_of(played.spec).deviations]
            ours = [one for one in played.by_adapter if dropped in one.asked_of(played.spec).deviations]
            assert self.faults_without(spec, touched, ours), dropped.name

    def test_what_was_walked_is_reported(self, played: Played, report: Report) -> None:
        names = walking.operations(played.spec, [*played.by_hand, *played.by_adapter])
        deviations = [one.name for one in played.spec.deviations]
        report.add(self.VENDOR, names, deviations=deviations, repairs=played.spec.reader.repairs)
        assert set(report.vendors[self.VENDOR].operations) == set(names)

    def faults_without(self, spec: Spec, touched: list[Exchange], ours: list[Exchange]) -> list[str]:
        """What a spec that lacks a deviation has against what was said on the operations that it touches."""
        if faults := [*walking.request_faults(spec, ours), *walking.answer_faults(spec, touched)]:
            return faults
        accepted = [one for one in touched if one.status is not None and one.status < 400]
        return [one.path for one in accepted if one.asked_of(spec).refuses(one.query, one.body)]


def none(faults: list[str]) -> None:
    """There are none, or the test says them one by one."""
    assert not faults, "\n".join(["", *faults])


def spoil(stage: Stage, *, but: frozenset[str] = frozenset()) -> list[tuple[str, Exchange]]:
    """Every accepted request of the stage, spoilt in each way that the spec refuses, with what became of it."""
    answered: list[tuple[str, Exchange]] = []
    for exchange in _one_of_each(stage.spec, [one for one in stage.exchanges if one.status and one.status < 300 and not one.is_spoilt]):
        operation = exchange.asked_of(stage.spec)
        if operation.name in but:
            continue
        for mutant in refused_mutants(exchange, operation):
            stage.status_of(exchange, query=mutant.query, body=mutant.body)
            answered.append((f"{operation.name} {mutant.what}: {stage.exchanges[-1].status}", stage.exchanges[-1]))
    return answered


def _is_refused(exchange: Exchange) -> bool:
    """By its status, or in the vendor's words for an error within a 200."""
    answer = exchange.answer if isinstance(exchange.answer, dict) else {}
    rows = [row for told in answer.values() if isinstance(told, list) for row in told if isinstance(row, dict)]
    says_error = answer.get("error") is True or answer.get("status") == "ERROR" or any(set(row) == {"id", "error"} for row in rows)
    return exchange.status is not None and (400 <= exchange.status < 500 or says_error)


def _one_of_each(spec: Spec, exchanges: list[Exchange]) -> Iterator[Exchange]:
    """Of each operation the requests that say something else, not only something more."""
    seen: set[tuple[str, str, frozenset[str]]] = set()
    for exchange in exchanges:
        shape = (exchange.asked_of(spec).name, str(_shape(exchange.body)), frozenset(name for name, _ in exchange.query))
        if shape not in seen:
            seen.add(shape)
            yield exchange


def _shape(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _shape(child) for name, child in sorted(body.items())}
    return [_shape(child) for child in body[:1]] if isinstance(body, list) else None


def _misspelt(body: Any, where: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """The body with one field after another called ``stokc``; of a list the first item stands for all."""
    if isinstance(body, dict):
        for name, child in body.items():
            yield "/".join((*where, name)), {("stokc" if other == name else other): told for other, told in body.items()}
            for place, inner in _misspelt(child, (*where, name)):
                yield place, {**body, name: inner}
    elif isinstance(body, list) and body:
        for place, inner in _misspelt(body[0], (*where, "0")):
            yield place, [inner, *body[1:]]


def _routes(world: FastAPI, vendor: str) -> list[tuple[str, str]]:
    room: Any = next(one for one in world.routes if getattr(one, "path", "") == f"/{vendor}")
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        paths: dict[str, dict[str, Any]] = room.app.openapi()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() if not path.endswith("/{path}") for method in methods]


def _is_walked(method: str, path: str, played: Played) -> bool:
    address = re.sub(r"\{[^}]*\}", walking.HOLE, path)
    spec = played.spec
    called = (
        f"/{one.host}{one.path}" if spec.has_hosts else one.path.removeprefix(f"/{spec.vendor}")
        for one in played.by_hand
        if one.method == method
    )
    return any(walking.is_at(address, one) for one in called)
