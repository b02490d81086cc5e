"""Where the demands on transactions stand that are not in the same place of every OCPP version."""

from __future__ import annotations

from harness.verdict import Clause

DELIVERED: Clause = {"1.6": "OCPP 1.6 3.7.1", "2.0.1": "OCPP 2.0.1 E13"}
"""Messages of transactions are sent again until they are answered."""

OFFLINE: Clause = {"1.6": "OCPP 1.6 3.7", "2.0.1": "OCPP 2.0.1 E04"}
BEGUN: Clause = {"1.6": "OCPP 1.6 4.8", "2.0.1": "OCPP 2.0.1 E01"}
VERIFIED: Clause = {"1.6": "OCPP 1.6 4.8", "2.0.1": "OCPP 2.0.1 C01"}
ENDED: Clause = {"1.6": "OCPP 1.6 4.10", "2.0.1": "OCPP 2.0.1 E06"}
