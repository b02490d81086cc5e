"""Where the demands on the transport stand that are not in the same place of every OCPP version."""

from __future__ import annotations

from harness.verdict import Clause

LET_IN: Clause = {"1.6": "OCPP-J 1.6 errata 3.3", "2.0.1": "OCPP-J 2.0.1 3.2"}
BOOT: Clause = {"1.6": "OCPP 1.6 4.2", "2.0.1": "OCPP 2.0.1 B01.FR.02"}
HEARTBEAT: Clause = {"1.6": "OCPP 1.6 4.6", "2.0.1": "OCPP 2.0.1 G02"}
NOT_YET: Clause = {"1.6": "OCPP-J 1.6 errata 3.8", "2.0.1": "OCPP 2.0.1 B02.FR.09"}
NEVER: Clause = {"1.6": "OCPP-J 1.6 errata 3.8", "2.0.1": "OCPP 2.0.1 B03.FR.07"}
COMPRESSION: Clause = {"1.6": "OCPP-J 1.6 5.1", "2.0.1": "OCPP-J 2.0.1 3.3"}
EACH_STATION: Clause = {"1.6": "OCPP-J 1.6 errata 3.4", "2.0.1": "OCPP-J 2.0.1 4.1.1"}
ANSWERED: Clause = {"1.6": "OCPP-J 1.6 errata 3.2", "2.0.1": "OCPP-J 2.0.1 4.1.7"}
KNOWN_MEMBERS: Clause = {"1.6": "OCPP-J 1.6 errata 3.1", "2.0.1": "OCPP-J 2.0.1 4.1.2"}
VALID_ANSWERS: Clause = {"1.6": "OCPP-J 1.6 4.2.4", "2.0.1": "OCPP-J 2.0.1 4.1.2"}
EMPTY_PAYLOAD: Clause = {"1.6": "OCPP-J 1.6 4.2.1", "2.0.1": "OCPP-J 2.0.1 4.1.5"}
PINGS: Clause = {"1.6": "OCPP-J 1.6 5.3", "2.0.1": "OCPP-J 2.0.1 5.2"}
RECONNECTING: Clause = {"1.6": "OCPP-J 1.6 5.4", "2.0.1": "OCPP-J 2.0.1 5.3"}
SECOND_CONNECTION: Clause = {"1.6": "OCPP-J 1.6 errata 3.9", "2.0.1": "OCPP-J 2.0.1 5.3"}
LENGTHS: Clause = {"1.6": "OCPP 1.6 7.15", "2.0.1": "OCPP-J 2.0.1 4.1.2"}
TIMESTAMPS: Clause = {"1.6": "OCPP 1.6 3.15", "2.0.1": "OCPP 2.0.1 part 2 2.1.5"}
