"""``make contracts``: every adapter and the world against the vendors' own specs; ``var/contracts.json`` says what was walked.

Fails where a test fails, and where anything was left out: a spec that is not there has proven nothing.
"""

import os
import sys
from pathlib import Path

import pytest

from tests.contracts.report import Report

BESIDE = Path(__file__).parents[3] / "shared" / "contracts"


def main(found: Path, report_path: Path) -> int:
    """Run, write, and say in one line what was walked."""
    os.environ["CONTRACTS_DIR"] = str(found)
    report = Report()
    code = int(pytest.main(["-n", "0", "-rs", str(Path(__file__).parent)], plugins=[report]))
    if found.is_dir():
        report.miss(found)
    report.write(report_path)
    told = report.as_json()
    print(f"{report_path}: " + ", ".join(f"{told[key]} {key}" for key in ("operations", "examples", "skipped", "deviations")))
    for left_out in report.skipped:
        print(f"not tried: {left_out}", file=sys.stderr)
    return verdict(code, report)


def verdict(code: int, report: Report) -> int:
    """The code to end with: pytest's own where it failed, 1 where anything was left out."""
    return code or int(bool(report.skipped or not report.vendors))


if __name__ == "__main__":
    sys.exit(main(Path(os.environ.get("CONTRACTS_DIR") or BESIDE), Path("var") / "contracts.json"))
