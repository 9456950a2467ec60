"""What was walked, and what was not: ``var/contracts.json``.

``operations, examples, skipped, deviations`` are numbers over all vendors; ``vendors`` has the same by name, and what was repaired.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Walked:
    """One vendor's part. ``operations`` counts checked requests and answers by operation."""

    operations: Counter[str] = field(default_factory=Counter)
    deviations: set[str] = field(default_factory=set)
    repairs: set[str] = field(default_factory=set)


class Report:
    """Gathers what the tests of a session walked; also a plugin of pytest's, to hear of skipped tests."""

    def __init__(self) -> None:
        self.vendors: dict[str, Walked] = {}
        self.skipped: list[str] = []

    def add(self, vendor: str, operations: Iterable[str], *, deviations: Collection[str] = (), repairs: Collection[str] = ()) -> None:
        """Operations, one mention per example that was checked, and what of the spec was read otherwise."""
        walked = self.vendors.setdefault(vendor, Walked())
        walked.operations.update(operations)
        walked.deviations.update(deviations)
        walked.repairs.update(repairs)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A skipped test is a part that was not tried."""
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            self.skipped.append(f"{report.nodeid}: {reason}")

    def miss(self, contracts: Path) -> None:
        """Note the vendors whose machine-readable specs are there and were not walked."""
        for folder in sorted(path for path in contracts.iterdir() if path.is_dir()):
            has_spec = any(next(folder.rglob(f"*.{kind}"), None) for kind in ("json", "yaml", "yml"))
            if has_spec and not self.vendors.get(folder.name, Walked()).operations:
                self.skipped.append(f"{folder.name}: its spec is there and nothing of it was walked")

    def as_json(self) -> dict[str, Any]:
        """As it is written."""
        return {
            "operations": sum(len(one.operations) for one in self.vendors.values()),
            "examples": sum(one.operations.total() for one in self.vendors.values()),
            "skipped": len(self.skipped),
            "deviations": sum(len(one.deviations) for one in self.vendors.values()),
            "left_out": self.skipped,
            "vendors": {
                vendor: {
                    "operations": dict(sorted(one.operations.items())),
                    "examples": one.operations.total(),
                    "deviations": sorted(one.deviations),
                    "repairs": sorted(one.repairs),
                }
                for vendor, one in sorted(self.vendors.items())
            },
        }

    def write(self, path: Path) -> None:
        """Write it down."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
