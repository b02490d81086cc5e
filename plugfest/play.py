"""How the suite is handed to pytest."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from harness.scenario import Scenario
from plugfest.targets import REFERENCE

ROOT = Path(__file__).parent.parent


def arguments(
    scenarios: Iterable[Scenario], out: Path, *, target: Path = REFERENCE, workers: int = 1, allure: bool = False
) -> list[str]:
    """Return the pytest arguments that play the files of some scenarios and keep the record in a folder.

    Only the plugins that the suite needs are loaded, and no configuration file is read, so that a run is the same
    wherever it is started.
    """
    files = sorted({f"{ROOT / one.module.replace('.', '/')}.py" for one in scenarios})
    plugins = ["harness.plugin", "pytest_asyncio.plugin"]
    plugins += ["xdist.plugin"] if workers > 1 else []
    plugins += ["allure_pytest.plugin", "reports.allure"] if allure else []
    return [
        *files,
        f"--rootdir={ROOT}",
        f"--config-file={os.devnull}",
        "--import-mode=importlib",
        "--assert=plain",
        "--disable-plugin-autoload",
        "--override-ini=asyncio_mode=auto",
        "--override-ini=asyncio_default_fixture_loop_scope=session",
        "--override-ini=asyncio_default_test_loop_scope=session",
        *(f"-p{plugin}" for plugin in plugins),
        "-pno:terminal",
        "-pno:cacheprovider",
        f"--target={target}",
        f"--out={out}",
        *([f"-n{workers}", "--dist=worksteal"] if workers > 1 else []),
        *([f"--alluredir={out / 'allure-results'}"] if allure else []),
    ]
