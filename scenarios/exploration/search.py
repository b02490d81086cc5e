"""Sessions that are drawn by a seed, and those that break something made as short as they can be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

from scenarios.exploration.session import Cause, Played, cause
from scenarios.exploration.steps import FORMS, STATIONS, Place, Step, Verb, written

SPELL, SPELLS = 10, 6
"""Steps of a spell, and spells of a session, at most: drawn so, sessions are longer than one list would be."""

SESSIONS = 9
"""Sessions of one search; with ten or more the library would begin with many that are very short."""

_NUMBERS = {
    Place.SYSTEM: (0,),
    Place.STATION: (0,),
    Place.CONNECTOR: (1, 1, 2),
    Place.ANY: (1, 1, 2, 0),
}
_OFTEN = (STATIONS[0], STATIONS[0], STATIONS[1])


class Over(BaseException):
    """The time is over, or nobody wants to know more."""


class _Found(Exception):
    """A session breaks what is looked for."""


def sessions(verbs: Collection[Verb], stations: int) -> st.SearchStrategy[Sequence[Step]]:
    """Return what draws sessions of some verbs, for so many stations."""
    drawn = [verb for verb in Verb if verb in verbs for _ in range(FORMS[verb].weight)]
    among = [name for name in _OFTEN if name in STATIONS[:stations]]

    def step(verb: Verb) -> st.SearchStrategy[Step]:
        form = FORMS[verb]
        station = st.just("") if form.place is Place.SYSTEM else st.sampled_from(among)
        words = st.tuples(*(st.sampled_from(_plain_first(choices)) for choices in form.choices))
        return st.builds(Step, st.just(verb), station, st.sampled_from(_NUMBERS[form.place]), words)

    few = st.lists(st.sampled_from(drawn).flatmap(step), max_size=SPELL)
    return st.lists(few, min_size=1, max_size=SPELLS).map(lambda spells: [one for spell in spells for one in spell])


def _plain_first(choices: Sequence[str]) -> Sequence[str]:
    """Return the choices of a word so that the plainest is drawn about every other time."""
    return [choices[0]] * max(1, len(choices) - 1) + list(choices[1:])


def search(
    strategy: st.SearchStrategy[Sequence[Step]],
    play: Callable[[Sequence[Step]], Played],
    *,
    by: int,
    known: Collection[Cause],
) -> Played | None:
    """Draw and play some sessions, and return the first that breaks something whose cause is not known yet.

    ``by`` is the seed that decides what is drawn. ``play`` may raise Over.
    """
    found: Played | None = None

    @seed(by)
    @settings(
        max_examples=SESSIONS,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(strategy)
    def draw(steps: Sequence[Step]) -> None:
        nonlocal found
        if steps and found is None:
            played = play(steps)
            if played.broken is not None and cause(played.broken) not in known:
                found = played
        if found is not None:
            raise _Found

    with suppress(_Found, Over):
        draw()
    return found


def shortened(found: Played, play: Callable[[Sequence[Step]], Played]) -> Played:
    """Return the shortest and plainest session that is found to break the same; ``play`` raises Over to end that.

    Steps are left out, many at once first, and what remains is said in plainer words. The library would do so too, but
    it knows nothing of steps, and each of its many tries costs a session.
    """
    best, seen = found, {written(found.steps)}
    with suppress(Over):
        while True:
            for steps in _shorter(best.steps):
                if not steps or (text := written(steps)) in seen:
                    continue
                seen.add(text)
                played = play(steps)
                if played.broken is not None and cause(played.broken) == cause(found.broken or played.broken):
                    best = played
                    break
            else:
                return best
    return best


def _shorter(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """Yield sessions that are shorter than one, or plainer, the most promising first."""
    size = len(steps) // 2
    while size:
        for at in range(0, len(steps), size):
            yield [*steps[:at], *steps[at + size :]]
        size //= 2
    yield [replace(one, station=one.station and STATIONS[0]) for one in steps]
    for at, one in enumerate(steps):
        for plain in _plainer(one):
            yield [*steps[:at], plain, *steps[at + 1 :]]


def _plainer(step: Step) -> Iterator[Step]:
    """Yield steps that say the same in plainer words."""
    choices = FORMS[step.verb].choices
    yield replace(step, words=tuple(among[0] for among in choices), connector=min(step.connector, 1))
    yield replace(step, connector=min(step.connector, 1))
    for number, among in enumerate(choices):
        yield replace(step, words=(*step.words[:number], among[0], *step.words[number + 1 :]))
