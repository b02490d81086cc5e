"""Where Toxiproxy is looked for, and how it is got."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simulators.network.finding import IMAGE, MODULE, Absent, Source, find, install

Program = Callable[[str, str], None]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment with nothing in it."""
    (tmp_path / "bin").mkdir()
    return {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path / "home")}


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Puts a shell script on the PATH of that environment."""

    def write(name: str, script: str) -> None:
        path = tmp_path / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return write


GO = """[ "$*" = "install {module}" ] && printf '#!/bin/sh' > "$GOBIN/server" && /bin/chmod +x "$GOBIN/server"
echo built >> "$HOME/built"
"""


def test_running_one_comes_first(environment: dict[str, str], program: Program) -> None:
    """A server that the environment names goes before one on PATH."""
    program("toxiproxy-server", "")
    assert find(environment | {"PLUGFEST_TOXIPROXY_URL": "http://127.0.0.1:1"}) == Source(
        "http://127.0.0.1:1 (PLUGFEST_TOXIPROXY_URL)", url="http://127.0.0.1:1"
    )


def test_one_on_path(environment: dict[str, str], program: Program, tmp_path: Path) -> None:
    """A program on PATH is taken as it is."""
    assert find(environment) is None
    program("toxiproxy-server", "")
    assert install(environment).command == (str(tmp_path / "bin/toxiproxy-server"),)


def test_built_once(environment: dict[str, str], program: Program, tmp_path: Path) -> None:
    """It is built with Go into the cache, and found there the next time."""
    (tmp_path / "home").mkdir()
    program("go", GO.format(module=MODULE))
    built = install(environment)
    assert built == install(environment) == find(environment)
    assert built.command[0].startswith(str(tmp_path / "home/.cache/plugfest/toxiproxy-"))
    assert (tmp_path / "home/built").read_text() == "built\n"


def test_cache_of_the_desktop(environment: dict[str, str], program: Program, tmp_path: Path) -> None:
    """XDG_CACHE_HOME moves the cache."""
    (tmp_path / "home").mkdir()
    program("go", GO.format(module=MODULE))
    command = install(environment | {"XDG_CACHE_HOME": str(tmp_path / "cache")}).command
    assert command[0].startswith(str(tmp_path / "cache/plugfest"))


def test_container_where_the_build_fails(environment: dict[str, str], program: Program, tmp_path: Path) -> None:
    """Where Go cannot build it, the image is pulled, and its container has the network of the host."""
    program("go", "exit 1")
    program("docker", f'[ "$*" = "pull --quiet {IMAGE}" ]')
    assert install(environment).command == (str(tmp_path / "bin/docker"), "run", "--rm", "--network=host", IMAGE)


def test_nothing_to_be_had(environment: dict[str, str], program: Program) -> None:
    """Where nothing works, it is said what was tried, and what to do."""
    program("docker", "echo no daemon >&2; exit 1")
    with pytest.raises(Absent, match=r"Go is not on PATH; docker pull failed: no daemon\): run `plugfest doctor"):
        install(environment)
