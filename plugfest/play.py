"""How the suite is handed to pytest."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from harness.scenario import Scenario
from plugfest.targets import REFERENCE

ROOT = Path(__file__).parent.parent


def arguments(scenarios: Iterable[Scenario], out: Path, *, target: Path = REFERENCE, workers: int = 1) -> list[str]:
    """Return the pytest arguments that play the files of some scenarios and keep the record in a folder.

    Only the plugins that the suite needs are loaded, and no configuration file is read, so that a run is the same
    wherever it is started.
    """
    files = sorted({f"{ROOT / one.module.replace('.', '/')}.py" for one in scenarios})
    plugins = ["harness.plugin", *(["xdist.plugin"] if workers > 1 else [])]
    return [
        *files,
        f"--rootdir={ROOT}",
        f"--config-file={os.devnull}",
        "--import-mode=importlib",
        "--assert=plain",
        "--disable-plugin-autoload",
        *(f"-p{plugin}" for plugin in plugins),
        "-pno:terminal",
        "-pno:cacheprovider",
        f"--target={target}",
        *(["--bundled"] if target.parent == REFERENCE.parent else []),
        f"--out={out}",
        *([f"-n{workers}"] if workers > 1 else []),
    ]
