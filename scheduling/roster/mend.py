"""The search for a roster near a published one: cheap with the price of every change counted."""

import time

import numpy as np

from scheduling.roster.grid import NDArray
from scheduling.roster.problem import FREE, OFF, State, copied
from scheduling.roster.roster import Work, jobs_of
from scheduling.roster.standing import Ground

# Heads over which prices are smoothed, and temperatures as a share of what one head too few and one too
# many cost in a slot: the end of the search for a new roster. Steps at each for every week of a person.
LEVELS = ((1.4, 0.1), (1.0, 0.05), (0.7, 0.02), (0.0, 0.002))
STEPS = 8
# Steps after a person's week was put back as it was published.
AFTERWARDS = 200
SAME = 1e-9


def mend(ground: Ground, state: State, work: Work, began: float) -> tuple[State, bool]:
    """Search from what stands; return the cheapest roster found, and whether the time sufficed."""
    return _Search(ground, work, began).run(state)


class _Search:
    """The same search as for a new roster, begun near its end; then each change is tried without."""

    def __init__(self, ground: Ground, work: Work, began: float) -> None:
        # numba takes a second to load: only who changes a roster pays for it.
        from scheduling.roster import doors, search

        self.engine, self.place = search, doors.place
        self.ground, self.work, self.until = ground, work, began + work.time_limit_s
        p = self.p = ground.built.problem
        self.unit = float((p.demand.queue["under"] + p.demand.queue["over"]).max())
        self.weeks = len(p.week_first) - 1
        jobs = jobs_of(ground.built)
        free = np.add.reduceat(~ground.fixed, p.week_first[:-1], axis=1) > 0
        self.jobs = jobs[free[jobs // self.weeks, jobs % self.weeks]]

    def run(self, state: State) -> tuple[State, bool]:
        state.desk.now["random"] = self.work.seed
        best, cost = copied(state), self.engine.cost_of(self.p, state)
        for number, (smooth, warm) in enumerate(LEVELS if len(self.jobs) else ()):
            if time.perf_counter() > self.until:
                return best, False
            self.p.demand.price["smooth"] = smooth
            self.engine.anneal(self.p, state, self.jobs, STEPS * len(self.jobs), warm * self.unit)
            self.p.demand.price["smooth"] = 0.0
            found = self.engine.cost_of(self.p, state)
            if found < cost - SAME:
                best, cost = copied(state), found
            self.work.say(f"{(number + 1) / len(LEVELS):.0%} searched, cost with changes {cost:,.0f}")
        while len(self.jobs):
            better, in_time = self._without_each(best, cost)
            if better is None or not in_time:
                return better or best, in_time
            best, cost = better, self.engine.cost_of(self.p, better)
        return best, True

    def _without_each(self, state: State, cost: float) -> tuple[State | None, bool]:
        """Put each changed week back as it was, others around it; return a better state, if there is one."""
        better = None
        for job in self._changed(state.rows):
            if time.perf_counter() > self.until:
                return better, False
            others = self.jobs[(self.jobs % self.weeks == job % self.weeks) & (self.jobs != job)]
            trial = copied(better or state)
            self._put_back(trial, job)
            if len(others):
                self.engine.anneal(self.p, trial, others, AFTERWARDS, SAME)
            found = self.engine.cost_of(self.p, trial)
            if found < cost - SAME:
                better, cost = trial, found
        return better, True

    def _changed(self, rows: NDArray) -> NDArray:
        other = (rows != self.p.day["was"]) & (self.p.day["was"] != FREE) & ~self.ground.fixed
        changed = np.add.reduceat(other, self.p.week_first[:-1], axis=1)
        return self.jobs[changed[self.jobs // self.weeks, self.jobs % self.weeks] > 0]

    def _put_back(self, state: State, job: int) -> None:
        """Give a person the week as it was published, as far as it is free."""
        p, i, w = self.p, int(job // self.weeks), int(job % self.weeks)
        for d in range(p.week_first[w], p.week_first[w + 1]):
            was = p.day["was"][i, d]
            if self.ground.fixed[i, d] or was in (FREE, state.rows[i, d]):
                continue
            if state.rows[i, d] != OFF:
                self.place(p, state, i, d, self.engine.OUT)
            state.rows[i, d] = was
            if was != OFF:
                state.begins[i, d] = p.shift["earliest"][was]
                self.place(p, state, i, d, self.engine.IN)
