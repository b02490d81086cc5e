"""Plays scenarios on a stage, many at once, and judges each as it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from harness.admission import Admission
from harness.csms import Attended, Driver
from harness.evidence import Evidence, Judgement
from harness.expected import Expectations
from harness.record import Result
from harness.scenario import PROXY, Part, Scenario, unmet
from harness.service import Service, service_of, total
from harness.settings import Settings
from harness.trace import Trace, lost
from harness.verdict import Checks, Inconclusive, Verdict

SCENARIO_LIMIT = 20
"""A scenario may take this many times the patience of the run, and the time of a person, before the harness ends it."""

TRIES = 9
"""How often a scenario is played again because the network of the run came between."""

QUICK = 50
"""An answer within this part of the patience is quick, however many stations wait for one."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The arguments of one scenario by name; ``used`` is set where somebody among them served other scenarios."""

    arguments: Mapping[str, Any]
    used: bool = False


class Stage(Protocol):
    """Where scenarios are played: it is entered once, and sets one scene for each of them."""

    @property
    def driver(self) -> Driver:
        """The driver of the central system under test."""
        ...

    async def __aenter__(self) -> object: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def absent(self, scenarios: Collection[Scenario]) -> Mapping[str, str]:
        """Ask of which scenarios the very version or feature profile is not there, and return why, by their ids."""
        ...

    def lack(self, component: str) -> str | None:
        """Return why a component of the harness is not there and how to get it, None where it is."""
        ...

    def unfit(self, scenario: Scenario) -> str | None:
        """Return why a scenario makes no sense under the network condition of the run, None where it does."""
        ...

    def scene(self, part: Part, evidence: Evidence, *, fresh: bool) -> AbstractAsyncContextManager[Scene]:
        """Set the scene of one scenario, ``fresh`` or used, and clear it at the end, when the evidence is judged."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms scenarios are played, ``at_once`` or fewer side by side, and judged; ``out`` keeps their traces."""

    settings: Settings
    at_once: int = 1
    strict: bool = False
    out: Path | None = None
    expectations: Expectations = field(default_factory=Expectations)


class Player:
    """Plays scenarios on one stage; ``tell`` takes each result as soon as it is there."""

    def __init__(self, stage: Stage, terms: Terms, tell: Callable[[Result], None]) -> None:
        self._stage = stage
        self._terms = terms
        self._tell = tell
        self._admission = Admission(terms.at_once, quick=terms.settings.csms.patience / QUICK)

    async def play(self, parts: Sequence[Part]) -> None:
        """Play scenarios in their order, side by side; those that disturb others come last, alone.

        Which are applicable is decided before any is played.
        """
        applicable = [part for part in parts if not self._left_out(part, self._unmet(part))]
        if not applicable:
            return
        async with AsyncExitStack() as life:
            try:
                await life.enter_async_context(self._stage)
                present = await self._present(applicable)
            except Exception as error:  # without a stage none can be played, and each says why
                for part in applicable:
                    evidence = self._evidence(part)
                    self._tell(self._result(part, evidence, evidence.judgement(error)))
                return
            await self._side_by_side([part for part in present if not self._alone(part)])
            for part in present:
                if self._alone(part):
                    await self._perform(part)

    def _alone(self, part: Part) -> bool:
        """Whether a scenario disturbs others, or takes a person, who does one thing at a time."""
        attended = isinstance(self._stage.driver, Attended)
        return part.scenario.disturbs or (attended and bool(part.scenario.operations))

    async def _side_by_side(self, parts: Sequence[Part]) -> None:
        async with asyncio.TaskGroup() as group:
            for part in parts:
                await self._admission.enter()
                group.create_task(self._perform(part), name=part.scenario.id).add_done_callback(self._admission.leave)

    async def _perform(self, part: Part) -> None:
        """Play a scenario and judge it; what does not pass on a used scene is played again on a fresh one.

        So is what the network of the run struck, some times. So none is blamed for what another one caused.
        """
        services: list[Service] = []
        for attempt in range(1 + TRIES):
            result, used, trace = await self._played(part, fresh=attempt > 0)
            services.append(service_of(trace, self._terms.settings.csms.patience))
            struck = [] if PROXY in part.scenario.needs else lost(trace)
            if result.verdict is Verdict.PASSED or result.struck or not (used or struck):
                break
        else:
            why = f"the network struck in each of {1 + TRIES} attempts, at last: {struck[-1]}"
            result = self._open(part, trace, why)
        if result.struck and result.verdict not in (Verdict.PASSED, Verdict.ERROR):
            seen = f"; it would have been {result.verdict}: {result.message}" if result.message else ""
            result = self._open(part, trace, f"a fault that was asked for struck ({result.struck[0]}){seen}")
        if PROXY not in part.scenario.needs and not part.scenario.disturbs:  # what it does is no service
            result = replace(result, service=total(services))
        if self._terms.out is not None and result.trace is not None:
            text = "".join(f"{line}\n" for line in trace.lines())
            await asyncio.to_thread(_keep, self._terms.out / result.trace, text)  # a slow disk keeps nobody waiting
        self._tell(result)

    async def _played(self, part: Part, *, fresh: bool) -> tuple[Result, bool, Trace]:
        """Return the result of a scenario, whether its scene was used, and its wire; trouble around it is an error."""
        evidence = self._evidence(part)
        used = False
        try:
            async with self._stage.scene(part, evidence, fresh=fresh) as scene:
                used = scene.used
                result = self._result(part, evidence, evidence.judgement(await self._ended(part, scene.arguments)))
        except Exception as error:  # in setting the scene, or in clearing it
            result = self._result(part, evidence, evidence.judgement(error))
        return result, used, evidence.trace

    async def _ended(self, part: Part, arguments: Mapping[str, Any]) -> Exception | None:
        """Have the function of a scenario play it, and return what ended it early."""
        driver = self._stage.driver
        person = driver.time if isinstance(driver, Attended) else 0
        limit = (self._terms.settings.csms.patience + person) * SCENARIO_LIMIT
        try:
            async with asyncio.timeout(limit) as bound:
                await part.function(**arguments)
        except TimeoutError as error:
            return Inconclusive(f"the scenario was not through after {limit:g} s") if bound.expired() else error
        except Exception as error:  # the verdict tells theirs from ours
            return error
        return None

    async def _present(self, parts: Sequence[Part]) -> Sequence[Part]:
        """Leave out the scenarios whose version or profile is not there at all."""
        absent = await self._stage.absent([part.scenario for part in parts])
        return [part for part in parts if not self._left_out(part, absent.get(part.scenario.id))]

    def _unmet(self, part: Part) -> str | None:
        stage, scenario = self._stage, part.scenario
        return unmet(scenario, self._terms.settings, stage.driver, stage.lack) or stage.unfit(scenario)

    def _left_out(self, part: Part, reason: str | None) -> bool:
        if reason is not None:
            self._tell(self._result(part, self._evidence(part), Judgement(Verdict.NOT_APPLICABLE, reason)))
        return reason is not None

    def _evidence(self, part: Part) -> Evidence:
        trace = Trace()
        trace.listen(self._admission.hear)
        return Evidence(trace, Checks(trace.evidence, strict=self._terms.strict, version=part.scenario.version))

    def _open(self, part: Part, trace: Trace, why: str) -> Result:
        """Return the result of a scenario that proves nothing about the central system."""
        evidence = Evidence(trace, Checks(trace.evidence))
        return self._result(part, evidence, Judgement(Verdict.INCONCLUSIVE, why))

    def _result(self, part: Part, evidence: Evidence, judgement: Judgement) -> Result:
        scenario = part.scenario
        path = f"traces/{scenario.id}.jsonl" if self._terms.out and len(evidence.trace) else None
        evidence.result = evidence.result_of(scenario, judgement, self._terms.expectations, trace=path)
        return evidence.result


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
