"""Buyers over all channels, what they are known by, and which orders are theirs.

Contacts are personal data: they are stored whole here and nowhere else but with the orders; logs, messages and questions get none.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from adapters.hub.tables.base import METADATA, at_column, id_column, json_column

customer = Table(
    "customer",
    METADATA,
    id_column("customer_id"),
    json_column("name", nullable=False),
    Column("tier", Text, comment="code of what his purchases earn by the settings; null: nothing"),
    at_column("founded_at"),
    at_column("changed_at"),
)
"""``name``: {full, last, first, middle} as far as told, the fullest that was; ``also``: other full names that a person said are his."""

customer_contact = Table(
    "customer_contact",
    METADATA,
    Column("kind", Text, primary_key=True, comment="phone | email"),
    Column("value", Text, primary_key=True, comment="a phone in E.164, with ;ext= where it has an extension; an email in lower case"),
    Column("customer_id", BigInteger, ForeignKey("customer.customer_id"), primary_key=True),
    at_column("told_at"),
    Index("ix_customer_contact_customer", "customer_id"),
)
"""Several buyers may have one contact: those that are kept apart, or a phone in a family or an office."""

customer_order = Table(
    "customer_order",
    METADATA,
    Column("order_id", BigInteger, ForeignKey("sale_order.order_id"), primary_key=True),
    Column("customer_id", BigInteger, ForeignKey("customer.customer_id"), comment="null: the order does not tell who bought"),
    Column("reason", Text, nullable=False, comment="why it is his: tasks.rules.customers"),
    Index("ix_customer_order_customer", "customer_id"),
)
