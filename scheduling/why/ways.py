"""Ways out of a shortage of named people: each is tried on the roster, and what it mends is counted."""

from collections import Counter
from collections.abc import Iterator
from math import ceil

import numpy as np

from scheduling.roster.problem import OFF, Problem, State
from scheduling.rules import Rules
from scheduling.why import words
from scheduling.why.easing import (
    LEAST,
    copied,
    fitted,
    helpers,
    respond,
    with_days_locked,
    with_lifted_price,
    without,
)
from scheduling.why.extended import Extended
from scheduling.why.reasons import SEQUENCE, Reasons
from scheduling.why.stage import Stage, paid, told
from scheduling.why.trouble import NOTHING, Way

# At most so many people are asked for in one way out, and so many are named with their hours.
MOST = 60
_NAMED = 10
# Rules of which the breach is paid as overtime.
_OVERTIME = {"days_per_week", "hours_per_week"}


def ways(spot: Stage, found: Reasons, extended: Extended, rules: Rules) -> Iterator[Way]:
    """Try everything that may mend a window, and give what does."""
    tries = _Tries(spot, extended, rules)
    yield from tries.free(found.get("free", []))
    yield from tries.available(found)
    for reason, people in found.items():
        if set(reason.split(", ")) <= set(SEQUENCE):
            yield from tries.eased(reason, people)
    yield from tries.trained()
    for contract in rules.contracts:
        yield from tries.hired(contract)


class _Tries:
    """What is tried on one window."""

    def __init__(self, spot: Stage, extended: Extended, rules: Rules) -> None:
        self.spot, self.extended, self.rules = spot, extended, rules
        self.p, self.grid, self.crew = spot.built.problem, spot.built.grid, spot.built.crew
        self.day = words.day(self.grid.days[spot.days[0]])
        self.most = min(MOST, 2 * ceil(spot.window.short) + 1)

    def _way(self, text: str, state: State, beside: float = 0.0) -> Way:
        """Return a way out with what a roster mends; `beside` is paid beside the shifts."""
        spot = self.spot
        here = spot.short_h(spot.state, here=True) - spot.short_h(state, here=True)
        mended = spot.short_h(spot.state, here=False) - spot.short_h(state, here=False)
        cost = max(0.0, paid(self.p, state) - paid(self.p, spot.state)) + beside
        return Way(text + told(spot, here, mended), mended, cost)

    def _helped(self, p: Problem, people: list[int]) -> tuple[State, list[int]]:
        jobs = self.spot.jobs(people)
        state = fitted(p, self.spot.state)
        return helpers(self.spot, state, people, lambda i, tried: respond(p, tried, jobs[i]), self.most)

    def _shifts(self, state: State, chosen: list[int]) -> str:
        """Name people and the shifts that they now have there."""
        if len(chosen) > _NAMED:
            return words.people([self.crew[i].name for i in chosen])
        return words.listed([f"{self.crew[i].name}{self._hours(state, i)}" for i in chosen])

    def _hours(self, state: State, i: int) -> str:
        numbers = state.rows[i, self.spot.days[0] : self.spot.days[-1] + 1]
        for shift in self.p.shift[numbers[numbers != OFF]]:
            if shift["first"] < self.spot.slots.stop and shift["last"] > self.spot.slots.start:
                begin, end = (self.grid.instant(shift[edge]) for edge in ("first", "last"))
                return f" ({begin:%H:%M} to {end:%H:%M})"
        return ""

    def free(self, people: list[int]) -> Iterator[Way]:
        """Give a shift more to those whom no rule keeps, at whatever cost."""
        p = with_days_locked(self.p, self.spot.state, people, self._open_days())
        state, chosen = self._helped(with_lifted_price(p), people)
        if chosen:
            who = self._shifts(state, chosen)
            dear = self._cost(state) > self._cost(self.spot.state)
            though = ", though it costs more than it saves" if dear else ""
            yield self._way(f"give {who} a shift on {self.day}{though}", state)

    def _cost(self, state: State) -> float:
        """Return the cost of a roster with shortage, surplus and what people mind."""
        from scheduling.roster import search

        return float(search.cost_of(self.p, state))

    def _open_days(self) -> range:
        return range(max(0, self.spot.days[0] - 1), self.spot.days[-1] + 1)

    def available(self, found: Reasons) -> Iterator[Way]:
        """Let people work outside the hours available on the days of the window."""
        days, p = self.spot.days, self.p
        people = [
            i
            for i in (i for part in found.values() for i in part)
            if not self._covers(i) and i not in found.get("leave", [])
        ]
        table = p.day.copy()
        for d in days:
            end = p.day_first[min(d + 2, len(self.grid.days))]
            for i in people:
                away = d + 1 < len(self.grid.days) and self.grid.days[d + 1] in (
                    self.crew[i].leave | self.crew[i].training
                )
                table["first"][i, d] = p.day_first[d]
                table["last"][i, d] = p.day_first[d + 1] if away else end
        state, chosen = self._helped(p._replace(day=table), people)
        if chosen:
            who = self._shifts(state, chosen)
            yield self._way(f"let {who} work on {self.day} outside their hours available", state)

    def _covers(self, i: int) -> bool:
        record = self.p.day[i, self.spot.days[0]]
        return bool(record["first"] <= self.spot.slots.start and record["last"] >= self.spot.slots.stop)

    def eased(self, reason: str, people: list[int]) -> Iterator[Way]:
        """Leave out what keeps a few people from the days of the window, their other days as they are."""
        left_out = reason.split(", ")
        p = with_days_locked(without(self.p, left_out), self.spot.state, people, self._open_days())
        state, chosen = self._helped(with_lifted_price(p), people)
        if not chosen:
            return
        who = self._shifts(state, chosen)
        others = words.listed([rule for rule in left_out if rule not in _OVERTIME])
        if set(left_out) & _OVERTIME:
            text = f"an extra day on {self.day} for {who}, as overtime"
            text += f", with {others} left out for them" if others else ""
            extra = paid(self.p, state) - paid(self.p, self.spot.state)
            yield self._way(text, state, extra * self.rules.overtime_surcharge)
        else:
            yield self._way(f"leave out {others} on {self.day} for {who}", state)

    def trained(self) -> Iterator[Way]:
        """Teach the skill to some who have others; a day of training each is paid."""
        from scheduling.roster import search

        queue = self.spot.window.queue
        people = [i for i in range(self.extended.people) if queue not in self.crew[i].skills]
        if not people:
            return
        eased = self.extended.trained(self.p, queue, people)
        jobs = self.spot.jobs(people)

        def change(i: int, state: State) -> None:
            _move(self.p, eased, state, i)
            search.cost_of(eased, state)
            respond(eased, state, jobs[i])

        state, chosen = helpers(self.spot, fitted(eased, self.spot.state), people, change, self.most)
        if chosen:
            days = sum(self.crew[i].training_h * (self.crew[i].terms.cost_per_h or 0.0) for i in chosen)
            who = words.people([self.crew[i].name for i in chosen])
            yield self._way(f"train {len(chosen)} in {queue}: {who}", state, days)

    def hired(self, contract: str) -> Iterator[Way]:
        """Add people of a contract, for all of the horizon, as long as each mends enough of the window."""
        queue, weeks = self.spot.window.queue, len(self.p.week_first) - 1
        p = with_lifted_price(self.p)
        order = sorted(range(weeks), key=lambda week: week not in self.spot.weeks)
        state, first = fitted(p, self.spot.state), 0.0
        chosen: list[int] = []
        for i in self.extended.newcomers(contract, queue)[: self.most]:
            tried = copied(state)
            respond(p, tried, [i * weeks + week for week in order])
            mended = self.spot.short_h(state, here=True) - self.spot.short_h(tried, here=True)
            if mended <= max(NOTHING, first * LEAST):
                break
            state, first = tried, first or mended
            chosen.append(i)
        if chosen:
            numbers = state.rows[chosen][:, list(self.spot.days)].ravel()
            clocks = Counter(self.p.shift["clock"][numbers[numbers != OFF]].tolist()).most_common(1)
            start = f", from {words.clock(clocks[0][0])} on {self.day}" if clocks else ""
            some = f"{len(chosen)} {'person' if len(chosen) == 1 else 'people'}"
            yield self._way(f"add {some} of {contract} with the skill {queue}{start}", state)


def _move(p: Problem, eased: Problem, state: State, i: int) -> None:
    """Count a person's work with that of another set of skills; who serves which queue is settled later."""
    old, new = int(p.person["skills"][i]), int(eased.person["skills"][i])
    for d in np.flatnonzero(state.rows[i] != OFF):
        shift = p.shift[state.rows[i, d]]
        at_work = np.ones(shift["last"] - shift["first"], bool)
        for begin, length in zip(state.begins[i, d, : shift["breaks"]], shift["length"], strict=False):
            at_work[begin - shift["first"] : begin - shift["first"] + length] = False
        slots = shift["first"] + np.flatnonzero(at_work)
        queues = (state.split[old][:, slots] > 0).argmax(axis=0)
        state.split[old, queues, slots] -= 1
        state.split[new, queues, slots] += 1
