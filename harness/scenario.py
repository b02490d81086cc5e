"""The scenario marker with its metadata, and the catalogue of all scenarios."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol, TypeVar

from harness.csms import Operation, Restart
from harness.settings import Settings
from harness.verdict import Clause, cited
from harness.versions import VERSIONS, Version

_WORDS = r"[a-z0-9]+(-[a-z0-9]+)*"
_ID = re.compile(rf"(?P<version>v\d+)\.(?P<profile>{_WORDS})((\.{_WORDS}){{2,}}|\.[A-Za-z]+\.[A-Za-z0-9_-]+)")
_PARTS = "__scenario_parts__"
_BY_PREFIX: Mapping[str, Version] = {version.prefix: version for version in VERSIONS.values()}

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Declares:
    """A need: the target file declares the policy of this name, for there is no scenario without it."""

    policy: str


@dataclass(frozen=True, slots=True)
class Claims:
    """A need: the target does not say that it goes without this feature."""

    feature: str


@dataclass(frozen=True, slots=True)
class Takes:
    """A need: the target does not say that it takes no message of so many bytes."""

    size: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """A need: so many stations at once, who leave the central system no time for anybody else."""

    size: int


@dataclass(frozen=True, slots=True)
class Equipment:
    """A need: a component that the harness itself works with, and that may not be there."""

    component: str


PROXY = Equipment("toxiproxy")
"""A need: a network whose faults the scenario makes, the argument ``network``."""

FIRMWARE = Equipment("microocpp")
"""A need: the MicroOCPP simulator, which plays the charge point."""

Need = type[Any] | Declares | Claims | Takes | Crowd | Equipment
"""What a scenario needs of its target: an operation, an ability of the driver, a declared policy, a feature, stations.

Or of the harness: a component.
"""


class Capabilities(Protocol):
    """What a target can do, as far as needs go."""

    @property
    def operations(self) -> Iterable[type[Operation]]:
        """The operations that its driver performs."""
        ...


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is known of a scenario without running it."""

    id: str
    title: str
    clauses: tuple[str, ...]
    octt: tuple[str, ...]
    requirements: tuple[str, ...]
    needs: tuple[Need, ...]
    mutants: tuple[str, ...]
    module: str
    smoke: bool = False

    @property
    def ocpp(self) -> Version:
        """The OCPP version that it is played in."""
        return _BY_PREFIX[self.id.split(".")[0]]

    @property
    def version(self) -> str:
        """The name of the OCPP version, such as "1.6"."""
        return self.ocpp.name

    @property
    def profile(self) -> str:
        """The feature profile or functional block, such as "Core"."""
        return self.ocpp.profiles[self.id.split(".")[1]]

    @property
    def profiles(self) -> frozenset[str]:
        """All feature profiles that it takes: its own, those of its operations, in the corpus that of its message."""
        operations = {operation.action() for operation in self.operations}
        message = {self.id.split(".")[2]} if self.profile == "Validation" else set()
        theirs = (self.ocpp.profile_of(action) for action in operations | message)
        return frozenset({self.profile, *(profile for profile in theirs if profile is not None)})

    @property
    def operations(self) -> tuple[type[Operation], ...]:
        """The operations that it takes."""
        return tuple(need for need in self.needs if isinstance(need, type) and issubclass(need, Operation))

    @property
    def disturbs(self) -> bool:
        """Whether it takes the central system away from everybody else."""
        return any(need is Restart or isinstance(need, Crowd) for need in self.needs)

    @property
    def disruptive(self) -> bool:
        """Whether it disturbs everybody else, or has a station reset, unlocked or reconfigured."""
        return self.disturbs or any(operation.disruptive for operation in self.operations)

    def to_json(self) -> dict[str, Any]:
        """Return the entry of the catalogue."""
        return {
            "id": self.id,
            "title": self.title,
            "version": self.version,
            "profile": self.profile,
            "clauses": list(self.clauses),
            "octt": list(self.octt),
            "requirements": list(self.requirements),
            "needs": [need_name(need) for need in self.needs],
            "mutants": list(self.mutants),
            "smoke": self.smoke,
            "disruptive": self.disruptive,
        }


@dataclass(frozen=True, slots=True)
class Part:
    """A scenario with the function that plays it and, for one of a family, its ``case``."""

    scenario: Scenario
    function: Callable[..., Any]
    case: Any = None

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of what the function takes."""
        return tuple(inspect.signature(self.function).parameters)


class ScenarioError(Exception):
    """A scenario that is declared wrongly; the text names it."""


Item = TypeVar("Item")
Listed = Sequence[Item] | Mapping[str, Sequence[Item]]
"""A list that holds for every version of a scenario, or one for each, by the name of the version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One scenario of a family: the ``case`` that the test function gets, and the metadata as for ``scenario``."""

    id: str
    title: str
    case: Any
    spec: Listed[Clause]
    octt: Listed[str] = ()
    requirements: Listed[str] = ()
    needs: Listed[Need] = ()
    mutants: Listed[str] = ()
    smoke: bool = False

    def scenario(self, version: str | None, module: str) -> Scenario:
        """Return the scenario that it is in one of the versions of its family, or in the version that its id names."""
        prefix = "" if version is None else f"{VERSIONS[version].prefix}."
        one = Scenario(
            id=prefix + self.id,
            title=self.title,
            clauses=tuple(cited(clause, version or "") for clause in _listed(self.spec, version)),
            octt=_listed(self.octt, version),
            requirements=_listed(self.requirements, version),
            needs=_listed(self.needs, version),
            mutants=_listed(self.mutants, version),
            module=module,
            smoke=self.smoke,
        )
        _check(one)
        return one


def scenario(
    id: str,
    *,
    spec: Listed[Clause],
    versions: Sequence[str] = (),
    octt: Listed[str] = (),
    requirements: Listed[str] = (),
    needs: Listed[Need] = (),
    mutants: Listed[str] = (),
    smoke: bool = False,
) -> Callable[[Function], Function]:
    """Mark a test function as the scenario ``id``, or as one of each of ``versions``, whose prefix the id then lacks.

    ``spec`` cites the clauses (``{version}`` in one stands for the version), ``octt`` the certification cases,
    ``requirements`` the entries of the requirement list, ``needs`` the operations and abilities without which it is not
    applicable, ``mutants`` the defects that it must catch; ``smoke`` is for the few that are played to see whether a
    central system works at all. The first line of the docstring is the title. Raises ScenarioError.
    """

    def mark(function: Function) -> Function:
        title = (inspect.getdoc(function) or "").partition("\n")[0]
        lists = {"octt": octt, "requirements": requirements, "needs": needs, "mutants": mutants}
        one = Member(id=id, title=title, case=None, spec=spec, smoke=smoke, **lists)  # type: ignore[arg-type]
        return family([one], versions=versions)(function)

    return mark


def family(members: Iterable[Member], *, versions: Sequence[str] = ()) -> Callable[[Function], Function]:
    """Mark a test function as many scenarios that differ only in its argument ``case``; raises ScenarioError.

    Each of them is there in all ``versions``, without which an id names its own.
    """

    def mark(function: Function) -> Function:
        found: dict[str, Part] = {}
        for one in members:
            for version in versions or (None,):
                described = one.scenario(version, function.__module__)
                if described.id in found:
                    raise ScenarioError(f"scenario {described.id} is in its family twice")
                found[described.id] = Part(described, function, one.case)
        setattr(function, _PARTS, tuple(found.values()))
        return function

    return mark


def _listed(items: Listed[Item], version: str | None) -> tuple[Item, ...]:
    return tuple(items.get(version or "", ()) if isinstance(items, Mapping) else items)


def _check(one: Scenario) -> None:
    match = _ID.fullmatch(one.id)
    version = _BY_PREFIX.get(match["version"]) if match else None
    if not match or version is None or match["profile"] not in version.profiles:
        known = ", ".join((version or next(iter(VERSIONS.values()))).profiles)
        form = "write vVERSION.PROFILE.FEATURE.OUTCOME in lower-case words joined by hyphens"
        raise ScenarioError(f"scenario id {one.id!r}: {form}, PROFILE one of {known}")
    if not one.title or not one.clauses:
        raise ScenarioError(f"scenario {one.id}: needs a docstring and at least one clause in spec")


def parts_of(function: object) -> Sequence[Part]:
    """Return the scenarios that a function plays: one, those of its family, or none."""
    found: Sequence[Part] = getattr(function, _PARTS, ())
    return found


def need_name(need: Need) -> str:
    """Return the name under which a need is shown."""
    match need:
        case Declares(policy):
            return f"policy {policy}"
        case Claims(feature):
            return f"feature {feature}"
        case Takes(size):
            return f"message of {size} bytes"
        case Crowd(size):
            return f"{size} stations"
        case Equipment(component):
            return component
    return need.__name__


def unmet(
    scenario: Scenario,
    settings: Settings,
    driver: Capabilities,
    lack: Callable[[str], str | None] = lambda component: None,
) -> str | None:
    """Return why a scenario is not applicable to a target, None when it is.

    ``lack`` says why a component of the harness is not there, None where it is.
    """
    if scenario.version not in settings.csms.versions:
        return f"the target does not speak OCPP {scenario.version}"
    claimed = settings.features.profiles
    if claimed is not None and (left_out := scenario.profiles.difference(claimed, scenario.ocpp.always)):
        return f"the target does not claim the profile {', '.join(sorted(left_out))}"
    wanted = [need for need in scenario.needs if not isinstance(need, Equipment)]
    if reason := next((reason for need in wanted if (reason := _lack(need, settings, driver))), None):
        return reason
    components = (need.component for need in scenario.needs if isinstance(need, Equipment))
    return next((reason for component in components if (reason := lack(component))), None)


def _lack(need: type[Any] | Declares | Claims | Takes | Crowd, settings: Settings, driver: Capabilities) -> str | None:
    """Return why a target does not have what is needed of it, None where it has."""
    match need:
        case Declares(policy):
            undeclared = getattr(settings.policies, policy) is None
            return f"the target file does not declare the policy {policy}" if undeclared else None
        case Claims(feature):
            return None if getattr(settings.features, feature) else f"the target file says {feature} = false"
        case Takes(size):
            limit = settings.features.longest_message
            return f"the target takes no message of {size} bytes" if limit is not None and size > limit else None
        case Crowd(size):
            listed = len(settings.stations.identities) or size
            return f"the target file lists {listed} of the {size} stations" if listed < size else None
    if settings.csms.driver == "none":
        return f"nobody operates the target, and it takes {need.__name__}"
    if issubclass(need, Operation):
        return None if need in driver.operations else f"the driver cannot perform {need.__name__}"
    return None if isinstance(driver, need) else f"the driver lacks the ability {need.__name__}"


class Catalogue:
    """All scenarios of a package of test modules, in the order of their ids."""

    def __init__(self, scenarios: Iterable[Scenario]) -> None:
        """Raises ScenarioError when two scenarios share an id."""
        self._scenarios: dict[str, Scenario] = {}
        for one in sorted(scenarios, key=lambda one: one.id):
            if one.id in self._scenarios:
                raise ScenarioError(
                    f"scenario {one.id} is declared in {self._scenarios[one.id].module} and {one.module}"
                )
            self._scenarios[one.id] = one

    @classmethod
    def load(cls, package: str = "scenarios") -> Catalogue:
        """Import every ``test_*`` module below a package and collect its scenarios; raises ScenarioError."""
        root = importlib.import_module(package)
        found: list[Scenario] = []
        for module in pkgutil.walk_packages(root.__path__, f"{package}.", onerror=_module):
            if module.name.rpartition(".")[2].startswith("test_"):
                members = vars(_module(module.name)).values()
                marked = [part.scenario for member in members for part in parts_of(member)]
                found += [one for one in marked if one.module == module.name]
        return cls(found)

    def __iter__(self) -> Iterator[Scenario]:
        return iter(self._scenarios.values())

    def __len__(self) -> int:
        return len(self._scenarios)

    def __getitem__(self, id: str) -> Scenario:
        return self._scenarios[id]

    def __contains__(self, id: object) -> bool:
        return id in self._scenarios

    def by_octt(self) -> dict[str, list[str]]:
        """Return certification case → ids of the scenarios that cover it."""
        return self._reverse(lambda one: one.octt)

    def by_requirement(self) -> dict[str, list[str]]:
        """Return requirement → ids of the scenarios that cover it."""
        return self._reverse(lambda one: one.requirements)

    def by_mutant(self) -> dict[str, list[str]]:
        """Return mutant → ids of the scenarios that must catch it."""
        return self._reverse(lambda one: one.mutants)

    def _reverse(self, keys: Callable[[Scenario], Iterable[str]]) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for one in self:
            for key in keys(one):
                found[key].append(one.id)
        return dict(sorted(found.items()))


def _module(name: str) -> ModuleType:
    """Import a module of scenarios; raises ScenarioError, which names the line that is wrong."""
    try:
        return importlib.import_module(name)
    except ScenarioError as error:
        raise ScenarioError(f"{name}: {error}") from None
    except Exception as error:
        frames = [f"{one.filename}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)]
        place = f"{error.filename}:{error.lineno}" if isinstance(error, SyntaxError) else frames[-1]
        raise ScenarioError(f"{name} cannot be imported: {place}: {type(error).__name__}: {error}") from error
