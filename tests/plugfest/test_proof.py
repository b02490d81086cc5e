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


INTERRUPTED = """
import os, signal, tempfile, time
from pathlib import Path
from plugfest import proof

def stuck(told):
    folder = tempfile.mkdtemp()
    Path(told).write_text(folder)
    time.sleep(600)

def main():
    told = Path("told")
    try:
        with proof.processes(1) as pool:
            pool.submit(stuck, str(told))
            while not (told.exists() and told.read_text()):
                time.sleep(0.01)
            signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        print("interrupted", Path(told.read_text()).exists())

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main()
"""


def test_interrupt_waits_for_no_worker(tmp_path: Path) -> None:
    """Ctrl-C ends what is under way, however long it would take, and leaves none of its files."""
    program = tmp_path / "parent.py"
    program.write_text(INTERRUPTED, encoding="utf-8")
    command = [sys.executable, str(program)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("interrupted False\n", "", 0)
