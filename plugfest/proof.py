"""Proofs of the suite itself: scenarios played against altered reference systems, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from harness import record
from harness.record import Result
from harness.scenario import Catalogue
from plugfest.play import arguments
from plugfest.targets import REFERENCE

T = TypeVar("T")


@contextmanager
def processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Offer worker processes, which end with this one; what has not begun is given up when the context is left.

    Where it is left by Ctrl-C, or an error, nobody waits for what has begun: it is killed, and its files are removed.
    """
    spawn = multiprocessing.get_context("spawn")
    others = multiprocessing.active_children()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        ProcessPoolExecutor(workers, mp_context=spawn, initializer=_begin, initargs=(folder,)) as pool,
    ):
        try:
            yield pool
        except BaseException:
            for one in multiprocessing.active_children():
                if one not in others:
                    one.kill()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _begin(folder: str) -> None:
    """Keep temporary files in a folder, and leave Ctrl-C to the parent, whom it reaches as well."""
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = folder


def end_with_parent() -> None:
    """Have this process end as soon as the one does that has spawned it."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True, name="watch over the parent").start()


def finished(pending: Iterable[Future[T]], tell: Callable[[T], object]) -> list[T]:
    """Return the results of all, and tell each as soon as it is there."""
    found: list[T] = []
    for done in as_completed(pending):
        found.append(done.result())
        tell(found[-1])
    return found


def play(ids: Sequence[str], *options: str, target: Path = REFERENCE) -> Sequence[Result]:
    """Play scenarios in this process and return their results; ``options`` are those of the pytest plugin."""
    if not ids:
        return ()
    import pytest  # in the worker only: the command itself needs none of it

    catalogue = Catalogue.load()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        files = arguments([catalogue[id] for id in ids], out, target=target)
        pytest.main([*files, *options, *(f"--scenario={id}" for id in ids)])
        return record.read(out / record.NAME).results
