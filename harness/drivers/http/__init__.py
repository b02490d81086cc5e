"""The declarative HTTP driver: a central system whose console is an HTTP API, described in the target file.

``table`` has the tables as they stand in the file, ``reading`` checks them; ``order`` says what a request is filled
with, ``console`` sends it, ``records`` and ``found`` read the answer. docs/targets.md describes the language.
"""

from harness.drivers.http.driver import HttpDriver, from_settings

__all__ = ["HttpDriver", "from_settings"]
