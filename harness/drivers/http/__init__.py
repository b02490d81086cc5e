"""The declarative HTTP driver: a central system whose console is an HTTP API, described in the target file.

    [driver.http]
    base_url = "https://csms.example/api"
    headers = { Authorization = "Bearer ${CSMS_TOKEN}" }     # ${...} is taken from the environment
    timeout = 10.0                                           # seconds for one request

    [driver.http.operations."*"]                             # every operation that has no entry of its own
    path = "/stations/{station}/operations/{action}"

    [driver.http.operations.Reset]
    method = "PUT"
    path = "/chargers/{station}/state"
    body = { reset = "{type}" }
    taken = [200, 204]                                       # the request is in
    unsupported = [501]                                      # the product has no such function
    receipt = "/job/id"                                      # JSON pointer into the answer

    [driver.http.abilities.station]                          # an ability that has no entry is one the driver lacks
    path = "/chargers/{station}"
    found = { firmware_version = "/firmware/version" }       # field of the view -> JSON pointer, default: its name

Placeholders of operations are their members in wire spelling, besides ``station``, ``action`` and ``payload``;
those of abilities are named in ``harness.drivers.http.table``. A member of ``body`` or ``query`` whose placeholder
has no value is left out; text that is nothing but a placeholder keeps the JSON type of its value.
"""

from harness.drivers.http.driver import HttpDriver, from_settings

__all__ = ["HttpDriver", "from_settings"]
