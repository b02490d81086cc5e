"""Named network conditions: what a network does over time, by a seed, read from a TOML file that users extend."""

from __future__ import annotations

import asyncio
import tomllib
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Annotated, Any, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from harness.settings import SettingsError, hint, said
from simulators.network.toxics import Bandwidth, Toxic

BUILT_IN = Path(__file__).with_name("conditions.toml")

ROUNDS = 4
"""Round trips that one wait may take: a handshake with TLS takes three, and its answer one more."""

LONG_MESSAGE = 16
"""KB of a message that may be on the way while somebody waits."""

Seconds = Annotated[float, Field(gt=0)]


class Network(Protocol):
    """What a condition works on."""

    def toxic(self, *toxics: Toxic) -> AbstractAsyncContextManager[None]:
        """Have toxics in the network for a while."""
        ...

    def down(self) -> AbstractAsyncContextManager[None]:
        """Let no connection through for a while."""
        ...

    def portal(self) -> AbstractAsyncContextManager[None]:
        """Have a captive portal answer for a while."""
        ...


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Phase(_Table):
    """What a network does for a while: ``lasts`` is a range in seconds, without one it stays so."""

    lasts: tuple[Seconds, Seconds] | None = None
    toxics: tuple[Toxic, ...] = ()
    down: bool = False
    portal: bool = False

    @property
    def lag(self) -> float:
        """The seconds that a round trip takes longer at most."""
        return sum(toxic.lag for toxic in self.toxics)

    @property
    def severs(self) -> bool:
        """Whether it ends connections."""
        return self.down or self.portal or any(toxic.severs for toxic in self.toxics)

    @property
    def weight(self) -> float:
        """The seconds that it lasts on average; any number where it is the only one."""
        return sum(self.lasts) / 2 if self.lasts else 1.0

    async def pass_by(self, random: Random, part: float) -> None:
        """Wait for its end, of which only a ``part`` is left, 0 to 1."""
        if self.lasts is None:
            await asyncio.Event().wait()
        else:
            await asyncio.sleep(random.uniform(*self.lasts) * part)

    @asynccontextmanager
    async def over(self, network: Network) -> AsyncIterator[None]:
        """Have a network be like that for a while."""
        async with AsyncExitStack() as life:
            await life.enter_async_context(network.toxic(*self.toxics))
            if self.down:
                await life.enter_async_context(network.down())
            if self.portal:
                await life.enter_async_context(network.portal())
            yield


class Condition(_Table):
    """A network as it is over time; ``idle`` is when connections without traffic are forgotten, in seconds."""

    name: str
    about: str
    idle: Seconds | None = None
    toxics: tuple[Toxic, ...] = ()
    phases: tuple[Phase, ...] = ()

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if self.toxics and self.phases:
            raise ValueError("give either toxics or phases")
        if len(self.phases) > 1 and any(phase.lasts is None for phase in self.phases):
            raise ValueError("of several phases, each has a lasts = [from, to]")
        return self

    @property
    def states(self) -> tuple[Phase, ...]:
        """Its phases in turn, at least one."""
        return self.phases or (Phase(toxics=self.toxics),)

    @property
    def lag(self) -> float:
        """The seconds that a round trip takes longer at most."""
        return max(phase.lag for phase in self.states)

    @property
    def rate(self) -> int | None:
        """The KB/s that pass at least, None without a limit."""
        rates = [toxic.rate for phase in self.states for toxic in phase.toxics if isinstance(toxic, Bandwidth)]
        return min(rates, default=None)

    @property
    def calm(self) -> float | None:
        """The seconds for which a connection is sure to live, None where it is never ended."""
        if not any(phase.severs for phase in self.states):
            return self.idle
        return min(phase.lasts[0] for phase in self.states if phase.lasts and not phase.severs)

    def patience(self, usual: float) -> float:
        """Return the patience in seconds that the central system has under this condition."""
        return usual + ROUNDS * self.lag + (LONG_MESSAGE / self.rate if self.rate else 0.0)

    async def prevail(self, network: Network, random: Random) -> None:
        """Have a network be like that, without end; it begins somewhere on its way, for it waits for nobody."""
        states = deque(self.states)
        states.rotate(-random.choices(range(len(states)), [state.weight for state in states])[0])
        part = 1 - random.random()
        while True:
            async with states[0].over(network):
                await states[0].pass_by(random, part)
            states.rotate(-1)
            part = 1.0


def conditions(extra: Path | None = None) -> Mapping[str, Condition]:
    """Return all conditions by name, those of a file of the user's own among them; raises SettingsError."""
    return {name: one for path in (BUILT_IN, extra) if path for name, one in _read(path).items()}


def condition(name: str, extra: Path | None = None) -> Condition:
    """Return the condition of a name; raises SettingsError."""
    known = conditions(extra)
    if name not in known:
        raise SettingsError(f"there is no network condition {name!r}{hint(name, known)}")
    return known[name]


def _read(path: Path) -> Mapping[str, Condition]:
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        named = {name: {"name": name, **table} for name, table in tables.items() if isinstance(table, dict)}
        if stray := sorted(tables.keys() - named.keys()):
            raise SettingsError(f"{path}: {', '.join(stray)} is no table of a network condition")
        return TypeAdapter(dict[str, Condition]).validate_python(named)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not a TOML file: {error}") from None
    except ValidationError as error:
        lines = (f"{path}: {'.'.join(map(str, one['loc']))}: {said(one)}" for one in error.errors())
        raise SettingsError("\n".join(lines)) from None
