"""Ways out by other shifts for everyone: a finer grid of starts, a shorter length."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from callplan.errors import Refused
from scheduling.people import crew, horizon
from scheduling.results import Schedule
from scheduling.roster.build import Built, build
from scheduling.roster.grid import lay
from scheduling.roster.problem import State
from scheduling.rules import Rules
from scheduling.why.easing import settled
from scheduling.why.loading import loaded
from scheduling.why.stage import Stage, paid, stage, told
from scheduling.why.trouble import NOTHING, Way

_FINEST_MIN = 15
_SHORTEST_H = 2.0


@dataclass(frozen=True, eq=False)
class Reshaped:
    """What a roster was made from, to be made anew under other rules of shifts."""

    demand: pd.DataFrame
    rules: Rules
    people: pd.DataFrame
    previous: pd.DataFrame | None
    schedule: Schedule
    _made: dict[str, tuple[Built, State] | None] = field(default_factory=dict)

    def ways(self, spot: Stage, people: list[int]) -> Iterator[Way]:
        """Give what other shifts mend where everyone with the skill may have them, one after the other."""
        for text, rules in self._options({spot.built.crew[i].contract for i in people}):
            way = self._way(text, rules, spot, people)
            if way:
                yield way

    def _options(self, contracts: set[str]) -> Iterator[tuple[str, Rules]]:
        rules = self.rules
        finer = rules.start_every_min // 2
        if finer >= _FINEST_MIN and 1440 % finer == 0:
            yield f"let shifts begin every {finer} min", rules.replace(start_every_min=finer)
        for name in sorted(contracts):
            contract = rules.contracts[name]
            lengths = contract.lengths_h or rules.lengths_h
            half = float(min(lengths) // 2)
            if not contract.templates and half >= _SHORTEST_H:
                eased = contract.replace(lengths_h=(half, *lengths))
                yield (
                    f"give {name} shifts of {half:g} h too",
                    rules.replace(contracts={**rules.contracts, name: eased}),
                )

    def _way(self, text: str, rules: Rules, spot: Stage, people: list[int]) -> Way | None:
        if text not in self._made:
            self._made[text] = self._remade(rules)
        made = self._made[text]
        if made is None:
            return None
        other = stage(*made, spot.window)
        jobs = [job for own in other.jobs(people).values() for job in own]
        state = settled(other.built.problem, other.state, jobs)
        here = spot.short_h(spot.state, here=True) - other.short_h(state, here=True)
        mended = spot.short_h(spot.state, here=False) - other.short_h(state, here=False)
        if min(here, mended) < NOTHING:
            return None
        cost = max(0.0, paid(other.built.problem, state) - paid(spot.built.problem, spot.state))
        return Way(text + told(spot, here, mended), mended, cost)

    def _remade(self, rules: Rules) -> tuple[Built, State] | None:
        """Return the roster under other rules, None where they do not fit the intervals or one another."""
        days, queues = horizon(self.demand), sorted(self.demand["queue"].unique())
        try:
            everyone = crew(self.people, rules, queues=queues, days=days)
            built = build(lay(self.demand, rules, everyone), everyone, rules, self.previous)
        except Refused:
            return None
        return built, loaded(built, self.schedule)
