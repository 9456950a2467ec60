"""Hubs for runs: one PostgreSQL server for each worker process, and for each run a fresh copy of a migrated database."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from adapters.hub.migrate import migrate
from deployments.postgres import EmbeddedPostgres

TEMPLATE = "story_template"
UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
"""Nothing here outlives the story."""


@contextmanager
def opened_servers(folder: Path, number: int) -> Iterator[list[str]]:
    """Addresses of so many servers, each with a migrated template; all of it is gone after the block."""
    with ExitStack() as stack:
        urls = []
        for index in range(number):
            server = EmbeddedPostgres(folder / f"server-{index}", options=UNSAFE)
            stack.callback(server.discard)
            urls.append(server.start())
            _administer(urls[-1], "create database {}", TEMPLATE)
            migrate(_named(urls[-1], TEMPLATE))
        yield urls


@contextmanager
def fresh_database(server_url: str, *, template: str = TEMPLATE) -> Iterator[str]:
    """An empty hub's address while the block lasts."""
    name = f"story_{secrets.token_hex(6)}"
    _administer(server_url, "create database {} template {}", name, template)
    yield _named(server_url, name)
    _administer(server_url, "drop database {} with (force)", name)


def _named(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _administer(server_url: str, statement: str, *names: str) -> None:
    with psycopg.connect(server_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
