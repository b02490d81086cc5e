"""The tables that only OCPP 2.0.1 fills; what is deep in structure is kept as JSON text."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, Table, Text

from server.core.tables import metadata

transactions = Table(
    "v201_transactions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("evse_id", Integer),
    Column("connector_id", Integer),
    Column("id_token", Text),
    Column("folded", Text),
    Column("authorization", Text),
    Column("active", Boolean, nullable=False),
    Column("started", Text, nullable=False),
    Column("stopped", Text),
    Column("reason", Text),
    Column("charging_state", Text),
    Column("latest", Integer),
    Column("remote_start_id", Integer),
    Index("v201_transactions_by_id", "station", "id", unique=True),
    Index("v201_transactions_by_token", "folded", "active"),
)
"""``id_token`` is that which the transaction was begun with, ``latest`` the seqNo that ``charging_state`` came with."""

transaction_events = Table(
    "v201_transaction_events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False),
    Column("transaction_id", Text, nullable=False),
    Column("seq_no", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("trigger_reason", Text, nullable=False),
    Column("timestamp", Text, nullable=False),
    Column("event", LargeBinary, nullable=False),
    Index(
        "v201_transaction_events_once",
        "station",
        "transaction_id",
        "seq_no",
        "type",
        "trigger_reason",
        "timestamp",
        unique=True,
    ),
)
"""One row per event, however often it comes; ``event`` is the whole payload."""

meter_values = Table(
    "v201_meter_values",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False, index=True),
    Column("evse_id", Integer, nullable=False),
    Column("received", Float, nullable=False),
    Column("meter_value", LargeBinary, nullable=False),
)
"""Meter values outside of transactions; ``received`` counts from 1970."""

variables = Table(
    "v201_variables",
    metadata,
    Column("station", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("component", Text, nullable=False),
    Column("component_instance", Text),
    Column("evse_id", Integer),
    Column("connector_id", Integer),
    Column("variable", Text, nullable=False),
    Column("variable_instance", Text),
    Column("attribute", Text, nullable=False),
    Column("value", Text),
    Column("mutability", Text),
)
"""One row per attribute; ``key`` names it within its station, in one case."""

events = Table(
    "v201_events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False, index=True),
    Column("event", LargeBinary, nullable=False),
)
"""What stations notified of by NotifyEvent, an event each."""
