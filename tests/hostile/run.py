"""One run of the command line in a process of its own, against a target that the test made up."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from harness import record
from harness.record import Result

LIMIT = 60.0
"""Seconds after which a run counts as hanging."""

PATIENCE = 0.5

_PROGRAM = """
import atexit, re, sys
from pathlib import Path
peak = lambda: re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]  # not that of its parent
atexit.register(lambda: print("peak", peak(), file=sys.stderr))
from plugfest.command import main
main()
"""

DRIVER = '''
"""A driver that takes every request and has nothing done."""

from harness.csms.v16 import Reset


class Driver:
    """Operates a central system that has no console."""

    operations = (Reset,)

    def __init__(self, table):
        pass

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        pass

    async def perform(self, operation):
        return None
'''


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a run; ``memory`` is the most that its process held, in MiB."""

    code: int
    out: str
    errors: str
    memory: float
    folder: Path

    def rules(self) -> list[Result]:
        """Return the rules of the wire that were broken."""
        return [rule for rule in record.read(self.folder / "run.jsonl").rules if rule.breaches]

    def results(self) -> list[Result]:
        """Return the recorded results."""
        return list(record.read(self.folder / "run.jsonl").results)


async def plugfest(folder: Path, *arguments: str) -> Ran:
    """Run the command in a folder; raises TimeoutError when it hangs."""
    variables = {**os.environ, "PLUGFEST_CSMS_PATIENCE": str(PATIENCE), "NO_COLOR": "1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PROGRAM,
        *arguments,
        cwd=folder,
        env=variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LIMIT):
            out, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    told, _, memory = errors.decode().rpartition("peak ")
    return Ran(process.returncode, out.decode(), told, int(memory) / 1024, folder / "o")


async def play(folder: Path, endpoint: str, *scenarios: str) -> Ran:
    """Play scenarios against an endpoint that nobody can operate."""
    (folder / "driver.py").write_text(DRIVER, encoding="utf-8")
    target = folder / "target.toml"
    target.write_text(f'[csms]\nname = "hostile"\nendpoint = "{endpoint}"\ndriver = "driver.py:Driver"\n', "utf-8")
    chosen = [f"--scenario={one}" for one in scenarios]
    return await plugfest(folder, "run", "--target=target.toml", "--out=o", "-n1", *chosen)


def trouble(ran: Ran) -> list[str]:
    """Return the lines of the output that no person should have to see."""
    text = f"{ran.out}\n{ran.errors}"
    return re.findall(r"^.*(?:Traceback \(most recent|INTERNALERROR|never retrieved|Warning:).*$", text, re.MULTILINE)
