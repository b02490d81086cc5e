"""The driver of a central system that a person operates, who is told in the terminal what to do."""

from harness.drivers.manual.driver import ManualDriver, from_settings

__all__ = ["ManualDriver", "from_settings"]
