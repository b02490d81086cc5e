"""The tables of the database that all versions share; those of a version are in its bundle."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

stations = Table(
    "stations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("registration", Text, nullable=False),
    Column("version", Text),
    Column("answered", Text),
    Column("last_heard", Float),
    Column("vendor", Text),
    Column("model", Text),
    Column("firmware_version", Text),
    Column("serial", Text),
    Column("boot", LargeBinary),
)
"""``registration`` is what the next BootNotification is answered, ``answered`` what the latest one was.

``version`` is that of OCPP which the station spoke last.
"""

tags = Table(
    "tags",
    metadata,
    Column("folded", Text, primary_key=True),
    Column("id_tag", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("parent", Text),
    Column("expires", Text),
)
"""Tags by their case-folded text (OCPP 1.6 7.28)."""

connectors = Table(
    "connectors",
    metadata,
    Column("station", Text, primary_key=True),
    Column("evse_id", Integer, primary_key=True),
    Column("connector_id", Integer, primary_key=True),
    Column("status", Text),
    Column("error_code", Text),
    Column("info", Text),
    Column("vendor_id", Text),
    Column("vendor_error_code", Text),
    Column("timestamp", Text),
    Column("availability", Text),
    Column("wanted", Text),
)
"""``wanted`` is an availability that the station has scheduled and not reached yet."""

credentials = Table(
    "credentials",
    metadata,
    Column("station", Text, primary_key=True),
    Column("profile", Integer, nullable=False),
    Column("fallback", Integer),
    Column("password", LargeBinary),
    Column("offered", LargeBinary),
)
"""How stations prove who they are; both passwords are salted hashes."""

security_events = Table(
    "security_events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False, index=True),
    Column("type", Text, nullable=False),
    Column("timestamp", Text, nullable=False),
    Column("info", Text),
)

revoked_certificates = Table("revoked_certificates", metadata, Column("serial", Text, primary_key=True))
"""Serial numbers in hexadecimal, without leading zeros."""

operations = Table(
    "operations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("station", Text, nullable=False, index=True),
    Column("version", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("status", Text),
    Column("answer", LargeBinary),
    Column("reason", Text),
)
"""``state`` is queued, sent, answered or failed."""

health = Table("health", metadata, Column("number", Integer, primary_key=True), Column("checked", Text, nullable=False))
"""One row, written whenever somebody asks whether the store can be written."""

tasks = Table(
    "tasks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("station", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("operation", Text),
    Column("request_id", Integer),
    Column("state", Text, nullable=False),
    Column("status", Text),
)
"""``kind`` is firmware, diagnostics or log; ``operation`` the one that began it; ``state`` running, done or failed."""
