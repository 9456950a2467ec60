"""Frames into tables by COPY: the only way rows enter the hub in bulk."""

import io

import polars as pl
from psycopg import sql
from sqlalchemy import Connection, Table


def copy_frame(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Append a frame's rows to a table, inside the connection's transaction.

    Columns meet by name; what the table does not have stays behind. Text is always quoted, so that an empty text is not a null.
    """
    if frame.is_empty():
        return
    columns = [column.name for column in table.columns if column.name in frame.columns]
    rows = io.BytesIO()
    frame.select(columns).write_csv(rows, include_header=False, quote_style="non_numeric")
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(rows.getbuffer())
