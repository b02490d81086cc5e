"""The driver contract: how the harness asks a central system to act, and what it can learn from it."""

# Everything, so that an ability is said in one place.
from harness.csms.abilities import *  # noqa: F403
from harness.csms.driver import *  # noqa: F403
from harness.csms.operation import *  # noqa: F403
