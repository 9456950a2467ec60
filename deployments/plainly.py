"""What a person can repair is told to them as a sentence, not as a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy.exc import OperationalError

from adapters.errors import FeedRefused, Misconfigured


@contextmanager
def said_plainly() -> Iterator[None]:
    """End the command with a sentence and code 2 where a setting is wrong, a file cannot be read, or the database is away."""
    try:
        yield
    except (Misconfigured, FeedRefused) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except OperationalError:
        typer.echo("База Utyug не отвечает: запустите её (`utyug up`) или проверьте UTYUG_DATABASE_URL.", err=True)
        raise typer.Exit(2) from None
