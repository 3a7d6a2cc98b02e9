"""What a few other shifts would do to a roster: hard rules broken, money, shortage and surplus."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from scheduling.contracts import PRICEABLE
from scheduling.roster.grid import NDArray
from scheduling.roster.problem import HARD, OFF, RULES, State
from scheduling.roster.standing import Ground

# Each person's day, the shift there instead or OFF, and the slots of its breaks, where they are known.
Moves = Mapping[tuple[int, int], tuple[int, tuple[int, ...] | None]]
SAME = 1e-9


class Weight(NamedTuple):
    """What moves change; hours are of one agent."""

    cost: float  # paid hours, prices of rules, wishes, evenness
    cover: float  # heads missing and too many, at their prices
    short_h: float
    surplus_h: float
    floor: float  # heads below the floor, times slots


class Trial:
    """Weighs moves; the state is as it was afterwards."""

    def __init__(self, ground: Ground, state: State) -> None:
        # numba takes a second to load: only who weighs something pays for it.
        from scheduling.roster import doors, search

        self.place, self.to_work, self.off = doors.place, search.IN, search.OUT
        self.p, self.state, self.minutes = ground.built.problem, state, ground.built.grid.minutes
        rules, prices = self.p.rules.copy(), ground.built.menus.rules.roster.prices
        for name in (*PRICEABLE, "change", "wish", "fair"):
            if name in (RULES.names or ()):
                rules[name] = HARD if name in PRICEABLE and name not in prices else 0.0
        self.hard = self.p._replace(rules=rules)
        self.price = lambda p, i, row: doors.strain(p, state.desk, i, row)

    def breaks_hard(self, moves: Moves) -> bool:
        """Say whether somebody would break a hard rule, or break one more."""
        for i in {i for i, _ in moves}:
            row = self._row(i, moves)
            if self.price(self.hard, i, row) > self.price(self.hard, i, self.state.rows[i]) + SAME:
                return True
        return False

    def weigh(self, moves: Moves) -> Weight:
        """Return what moves change."""
        p, rows = self.p, self.state.rows
        people = {i for i, _ in moves}
        before, old = self._cover(), {place: self._there(*place) for place in moves}
        minds = sum(self.price(p, i, self._row(i, moves)) - self.price(p, i, rows[i]) for i in people)
        pay = sum(self._of(number, "cost") for number, _ in moves.values())
        pay -= sum(self._of(number, "cost") for number, _ in old.values())
        money = self.apply(moves)
        after = self._cover()
        self.apply(old)
        short, surplus, floor = after - before
        return Weight(float(pay + minds), float(money - pay), float(short), float(surplus), float(floor))

    def paid_h(self, i: int, moves: Moves) -> float:
        """Return the paid hours that a person has more."""
        own = [(number, self.state.rows[place]) for place, (number, _) in moves.items() if place[0] == i]
        return float(sum(self._of(number, "paid_h") - self._of(was, "paid_h") for number, was in own))

    def worth(self, i: int, number: int) -> float:
        """Return what one more on a shift saves, cover and pay together."""
        shift, gain = self.p.shift[number], self.state.gain[self.p.person["skills"][i]]
        saved = gain[shift["first"] : shift["last"]].sum() - shift["cost"]
        for begin, length in zip(self._least_missed(i, number), shift["length"], strict=False):
            saved -= gain[begin : begin + length].sum()
        return float(saved)

    def apply(self, moves: Moves) -> float:
        """Put moves into the state; return the change of the cost but for what people mind."""
        state, money = self.state, 0.0
        for i, d in moves:
            if state.rows[i, d] >= 0:
                money += self.place(self.p, state, i, d, self.off)
        for (i, d), (number, begins) in moves.items():
            state.rows[i, d] = number
            if number >= 0:
                slots = begins or self._least_missed(i, number)
                state.begins[i, d, : len(slots)] = slots
                money += self.place(self.p, state, i, d, self.to_work)
        return money

    def _row(self, i: int, moves: Moves) -> NDArray:
        row = self.state.rows[i].copy()
        for (j, d), (number, _) in moves.items():
            if j == i:
                row[d] = number
        return row

    def _there(self, i: int, d: int) -> tuple[int, tuple[int, ...]]:
        number = int(self.state.rows[i, d])
        breaks = int(self._of(number, "breaks"))
        return number, tuple(self.state.begins[i, d, :breaks].tolist())

    def _of(self, number: int, name: str) -> Any:
        return 0.0 if number == OFF else self.p.shift[name][number]

    def _least_missed(self, i: int, number: int) -> list[int]:
        """Return the slots in which a shift's breaks are missed least."""
        shift, gain = self.p.shift[number], self.state.gain[self.p.person["skills"][i]]
        begins = []
        for k in range(shift["breaks"]):
            slots = np.arange(shift["earliest"][k], shift["latest"][k] + 1)
            missed = sum(gain[slots + step] for step in range(shift["length"][k]))
            begins.append(int(slots[np.argmin(np.round(missed, 9))]))
        return begins

    def _cover(self) -> NDArray:
        """Return the hours short, the hours too many, and what is below the floor."""
        demand, heads, hours = self.p.demand, self.state.heads, self.minutes / 60
        spare = heads - demand.need
        below = np.maximum(demand.floor - heads, 0).sum()
        return np.array([-np.minimum(spare, 0).sum() * hours, np.maximum(spare, 0).sum() * hours, below])
