"""Rows that stand in one feed more than once."""

# ruff: noqa: S608 - every name put into a statement here is a table or a column of ours

from sqlalchemy import Connection, text

from adapters.hub.kinds import Kind
from validation.reasons import sentence_of


def set_repeats_aside(connection: Connection, kind: Kind) -> int:
    """Leave each row once: equal ones fold into one, differing ones all go to the quarantine; returns how many rows less.

    Rows are equal where neither contradicts what the other says: a null says nothing. A hash finds the few candidates, because
    grouping millions of long references would take longer than copying them.
    """
    table, key = kind.table.name, ", ".join(kind.key)
    fingerprint = " # ".join(f"hashtextextended({column}, {place})" for place, column in enumerate(kind.key))
    twice = f"select {fingerprint} from {table} group by 1 having count(*) > 1"
    if not connection.execute(text(f"select exists ({twice})")).scalar():
        return 0
    before = _rows(connection, table)
    told = [column.name for column in kind.table.columns if column.name not in (*kind.key, "row")]
    differs = " or ".join(f"count(distinct {column}) > 1" for column in told) or "false"
    connection.execute(
        text(f"""
        create temporary table repeated on commit drop as
        select {key}, {differs} as is_differing from {table} where {fingerprint} in ({twice}) group by {key} having count(*) > 1
        """)
    )
    shown = "ref" if kind.entity == "barcode" else " || '|' || ".join(kind.key)
    connection.execute(
        text(f"""
        insert into incoming_refused (entity, key, reason, sentence, row, payload)
        select :entity, {shown}, 'is_not_repeated', :sentence, row, to_jsonb({table}) - 'row'
        from {table} join repeated using ({key}) where is_differing
        """),
        {"entity": kind.entity, "sentence": sentence_of("is_not_repeated")},
    )
    same = " and ".join(f"t.{column} = repeated.{column}" for column in kind.key)
    folded = ", ".join(f"(array_agg({column} order by row) filter (where {column} is not null))[1]" for column in told)
    connection.execute(
        text(f"""
        with taken as (delete from {table} t using repeated where {same} returning t.*, is_differing)
        insert into {table} (row, {", ".join((*kind.key, *told))})
        select min(row), {key}{", " if told else ""}{folded} from taken where not is_differing group by {key}
        """)
    )
    connection.execute(text("drop table repeated"))
    return before - _rows(connection, table)


def _rows(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())
