"""What every test may ask for: a hub on a real PostgreSQL of its own."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy.engine import make_url

from adapters.clock import Clock
from adapters.hub.hub import Hub
from deployments.postgres import EmbeddedPostgres

# How long an example takes says how busy the machine is: timings belong in tests/bench.
settings.register_profile("utyug", deadline=None)
settings.load_profile("utyug")


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL for this test session: ``UTYUG_TEST_DATABASE_URL``, else an embedded one without fsync."""
    if given := os.environ.get("UTYUG_TEST_DATABASE_URL"):
        yield given
        return
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), options=("fsync=off", "synchronous_commit=off", "full_page_writes=off"))
    yield server.start()
    server.discard()


@pytest.fixture(scope="session")
def template_database(server_url: str) -> str:
    """A migrated empty database that each test's own is copied from."""
    name = f"template_{secrets.token_hex(4)}"
    _admin(server_url, f'create database "{name}"')
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    from adapters.hub.migrate import migrate

    migrate(url)
    return name


@pytest.fixture
def database_url(server_url: str, template_database: str) -> Iterator[str]:
    """A migrated empty database of this test's own."""
    name = f"test_{secrets.token_hex(6)}"
    _admin(server_url, f'create database "{name}" template "{template_database}"')
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    _admin(server_url, f'drop database "{name}" with (force)')


@pytest.fixture
def hub(database_url: str) -> Iterator[Hub]:
    """An empty hub."""
    with Hub(database_url, clock=Clock()) as opened:
        yield opened


@pytest.fixture(scope="session")
def contracts_dir() -> Path:
    """Vendors' own specs and real 1C files; skips loudly where they are not at hand."""
    given = os.environ.get("CONTRACTS_DIR")
    if not given or not Path(given).is_dir():
        pytest.skip("CONTRACTS_DIR names no folder: the vendors' own specs and real 1C files were NOT tried")
    return Path(given)


def _admin(server_url: str, statement: str) -> None:
    with psycopg.connect(server_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement.encode())
