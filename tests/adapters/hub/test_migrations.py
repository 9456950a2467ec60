import secrets
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from adapters.hub.migrate import migrate
from adapters.hub.tables.all import METADATA


@pytest.fixture
def bare_url(server_url: str) -> str:
    with psycopg.connect(server_url.replace("+psycopg", ""), autocommit=True) as connection:
        name = f"bare_{secrets.token_hex(4)}"
        connection.execute(f'create database "{name}"'.encode())
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def test_the_migrations_make_exactly_the_tables_the_code_knows(bare_url: str) -> None:
    migrate(bare_url)
    engine = create_engine(bare_url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_server_default": True}), METADATA)
    engine.dispose()
    assert differences == []


def test_several_processes_may_migrate_at_once(bare_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [bare_url] * 4))
    with psycopg.connect(bare_url.replace("+psycopg", "")) as connection:
        assert connection.execute("select count(*) from alembic_version").fetchone() == (1,)


def test_a_migration_that_failed_leaves_nobody_waiting(bare_url: str) -> None:
    with psycopg.connect(bare_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("create table feed (in_the_way int)")
        with pytest.raises(ProgrammingError):
            migrate(bare_url)
        connection.execute("drop table feed")
    migrate(bare_url)
