from datetime import datetime
from pathlib import Path

import pytest

from deployments.sample.export import Changed, Planted, write_changes, write_sample
from tests.deployments.sample.reading import Export, read_export

FORMED_AT = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 1C's stamps are naive


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="session")
def planted(sample_folder: Path) -> Planted:
    return write_sample(sample_folder, formed_at=FORMED_AT)


@pytest.fixture(scope="session")
def export(sample_folder: Path, planted: Planted) -> Export:
    return read_export(sample_folder)


@pytest.fixture(scope="session")
def changes_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("changes")


@pytest.fixture(scope="session")
def changed(changes_folder: Path) -> Changed:
    return write_changes(changes_folder, formed_at=FORMED_AT.replace(hour=12))


@pytest.fixture(scope="session")
def changes(changes_folder: Path, changed: Changed) -> Export:
    return read_export(changes_folder)
