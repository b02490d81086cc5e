"""The tables that only OCPP 1.6 fills."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, Table, Text

from server.core.tables import metadata

transactions = Table(
    "transactions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Integer, nullable=False, unique=True),
    Column("station", Text, nullable=False),
    Column("connector_id", Integer, nullable=False),
    Column("id_tag", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("authorization", Text, nullable=False),
    Column("reservation_id", Integer),
    Column("meter_start", Integer, nullable=False),
    Column("started", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("meter_stop", Integer),
    Column("stopped", Text),
    Column("reason", Text),
    Column("stop_id_tag", Text),
    Index("transactions_by_start", "station", "connector_id", "started"),
    Index("transactions_by_tag", "folded", "active"),
)

meter_values = Table(
    "meter_values",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False),
    Column("connector_id", Integer, nullable=False),
    Column("transaction_id", Integer),
    Column("received", Float, nullable=False),
    Column("meter_value", LargeBinary, nullable=False),
    Column("digest", LargeBinary, unique=True),
    Index("meter_values_by_transaction", "transaction_id"),
)
"""One row per message; ``meter_value`` is the JSON text of its list of meter values, ``received`` counts from 1970.

The ``digest`` of a message that names a transaction tells one that comes again, as after a lost answer.
"""

configuration = Table(
    "configuration",
    metadata,
    Column("station", Text, primary_key=True),
    Column("folded", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("value", Text),
    Column("readonly", Boolean, nullable=False, default=False),
    Column("reboot_required", Boolean, nullable=False, default=False),
)

installed_certificates = Table(
    "installed_certificates",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False, index=True),
    Column("type", Text, nullable=False),
    Column("hash_data", LargeBinary, nullable=False),
)
"""What stations have told of their root certificates."""

local_lists = Table(
    "local_lists",
    metadata,
    Column("station", Text, primary_key=True),
    Column("version", Integer),
    Column("entries", LargeBinary),
    Column("offered", LargeBinary),
)
"""``version`` and ``entries`` are what the station holds, as far as known; ``offered`` is what it was last sent."""

reservations = Table(
    "reservations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False),
    Column("id", Integer, nullable=False),
    Column("operation", Text),
    Column("connector_id", Integer, nullable=False),
    Column("id_tag", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Column("status", Text, nullable=False),
    Index("reservations_by_station", "station", "id"),
)
"""``status`` is requested, active, used, cancelled, terminated or refused; an active one expires by itself."""

charging_profiles = Table(
    "charging_profiles",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False),
    Column("id", Integer, nullable=False),
    Column("connector_id", Integer, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("stack_level", Integer, nullable=False),
    Column("transaction_id", Integer),
    Column("profile", LargeBinary, nullable=False),
    Index("charging_profiles_by_station", "station", "id", unique=True),
)

remote_starts = Table(
    "remote_starts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False, index=True),
    Column("connector_id", Integer),
    Column("folded", Text, nullable=False),
    Column("profile", LargeBinary, nullable=False),
)
"""Profiles of remote starts that a station has accepted and not followed by a transaction yet."""
