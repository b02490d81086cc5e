"""Where a Toxiproxy server comes from: one that runs already, PATH, a build of the pinned version, or a container."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

VERSION = "2.12.0"
"""The release of Toxiproxy that is built or pulled."""

MODULE = f"github.com/Shopify/toxiproxy/v2/cmd/server@v{VERSION}"
IMAGE = f"ghcr.io/shopify/toxiproxy:{VERSION}"
PROGRAM = "toxiproxy-server"
URL = "PLUGFEST_TOXIPROXY_URL"

BUILD_LIMIT = 600.0
"""Seconds that fetching and building may take."""

REMEDY = (
    f"run `plugfest doctor --install` (it takes Go), put {PROGRAM} on PATH, or set {URL} to the API of a running one"
)


class Absent(Exception):
    """There is no Toxiproxy; the text says what was tried and how to get one."""


@dataclass(frozen=True, slots=True)
class Source:
    """A Toxiproxy to be had: ``url`` is the API of one that runs, ``command`` starts one; ``text`` is for people."""

    text: str
    url: str | None = None
    command: tuple[str, ...] = ()


def find(environment: Mapping[str, str] = os.environ) -> Source | None:
    """Return a Toxiproxy that is there already, None where it first has to be built or pulled."""
    if url := environment.get(URL):
        return Source(f"{url} ({URL})", url=url)
    for path in (shutil.which(PROGRAM, path=environment.get("PATH")), _built(environment)):
        if path and os.access(path, os.X_OK):
            return Source(str(path), command=(str(path),))
    return None


def install(environment: Mapping[str, str] = os.environ) -> Source:
    """Return a Toxiproxy, built or pulled where none is there yet, which may take a minute; raises Absent."""
    if source := find(environment):
        return source
    tried = []
    for attempt in (_build, _pull):
        try:
            return attempt(environment)
        except Absent as absent:
            tried.append(str(absent))
    raise Absent(f"there is no Toxiproxy ({'; '.join(tried)}): {REMEDY}")


def _built(environment: Mapping[str, str]) -> Path:
    cache = environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or Path.home()) / ".cache"
    return Path(cache) / "plugfest" / f"toxiproxy-{VERSION}" / PROGRAM


def _build(environment: Mapping[str, str]) -> Source:
    """Build the pinned version with Go, once: of several who want it, the others wait for the first."""
    go, program = shutil.which("go", path=environment.get("PATH")), _built(environment)
    if go is None:
        raise Absent("Go is not on PATH")
    program.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(program.parent / "lock", timeout=BUILD_LIMIT):
        if not program.exists():
            _run([go, "install", MODULE], {**environment, "GOBIN": str(program.parent), "GOFLAGS": ""})
            (program.parent / "server").replace(program)
    return Source(str(program), command=(str(program),))


def _pull(environment: Mapping[str, str]) -> Source:
    """Pull the image of the pinned version; its container shares the network of the host, so loopback is ours."""
    for engine in ("docker", "podman"):
        if path := shutil.which(engine, path=environment.get("PATH")):
            _run([path, "pull", "--quiet", IMAGE], environment)
            return Source(f"{IMAGE} ({engine})", command=(path, "run", "--rm", "--network=host", IMAGE))
    raise Absent("neither docker nor podman is on PATH")


def _run(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run a program to its end; raises Absent with what it said last where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - a program found on PATH, with arguments of this module
            command, env=dict(environment), capture_output=True, text=True, timeout=BUILD_LIMIT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Absent(f"{Path(command[0]).name} failed: {error}") from None
    if done.returncode:
        said = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise Absent(f"{Path(command[0]).name} {command[1]} failed: {said}")
