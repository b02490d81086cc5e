"""Defects in the logs and the firmware that stations are asked for (security white paper 5.9, 5.21)."""

from __future__ import annotations

from server.mutants.rows import Row, alters, only, put, swap, turn, within
from server.mutants.v16 import request

alters(request("GetLog"),
    Row("log-type-swapped", "The two types of logs are mixed up.",
        turn(logType=swap("DiagnosticsLog", "SecurityLog"))),
    Row("log-location-lost", "A log is to be uploaded to another place than the operator chose.",
        within("log", how=put(remoteLocation="ftp://elsewhere.example/"))),
    Row("log-times-lost", "A log is asked for without the times that the operator gave.",
        within("log", how=only("remoteLocation"))),
)  # fmt: skip
alters(request("SignedUpdateFirmware"),
    Row("signature-lost", "Signed firmware is ordered with an empty signature.",
        within("firmware", how=put(signature=""))),
)  # fmt: skip
