"""Worker processes of a proof: they end when the process does that has them."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os, sys
from plugfest import proof

def main():
    with proof.processes(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        sys.stdin.read()

if __name__ == "__main__":
    main()
"""


def test_worker_ends_with_its_parent(tmp_path: Path) -> None:
    """A parent that is killed leaves no worker behind: the end of its output shows that nobody holds it any more."""
    program = tmp_path / "parent.py"
    program.write_text(PROGRAM, encoding="utf-8")
    command, pipe = [sys.executable, str(program)], subprocess.PIPE
    with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) as parent:
        assert parent.stdout is not None
        assert int(parent.stdout.readline()) > 0
        parent.send_signal(signal.SIGKILL)
        assert parent.communicate(timeout=20)[0] == ""
