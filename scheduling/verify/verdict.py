"""A finished roster judged from its tables alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import pandas as pd

from callplan.tables import PEOPLE, check
from scheduling.people import DEMAND, crew, horizon
from scheduling.rules import Rules
from scheduling.verify.breaks import Breaks
from scheduling.verify.coverage import check_coverage, recount
from scheduling.verify.facts import books, number
from scheduling.verify.money import check_duties, cover_cost, duty, fair_costs, paid_cost
from scheduling.verify.openings import Openings
from scheduling.verify.sequences import check_sequences
from scheduling.verify.shifts import check_shifts


class Tables(Protocol):
    """What is read of a schedule."""

    @property
    def shifts(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def activities(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def coverage(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def duties(self) -> pd.DataFrame: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class Verdict:
    """Which rules a roster breaks, where, and what it costs."""

    broken: pd.DataFrame = field(repr=False)  # the table `broken`
    costs: Mapping[str, float]  # paid, under, over, uneven, broken, wishes, fairness

    @property
    def cost(self) -> float:
        """All costs together."""
        return sum(self.costs.values())

    @property
    def hard(self) -> int:
        """How many breaks of hard rules there are."""
        return int(self.broken["price"].isna().sum())


def verify(
    schedule: Tables,
    people: pd.DataFrame,
    rules: Rules,
    *,
    requirement: pd.DataFrame,
    previous: pd.DataFrame | None = None,
) -> Verdict:
    """Recompute every rule and the cost of a roster from its finished tables.

    No code is shared with the solver: settings, people and tables alone are. `previous` is a table
    `shifts` of the weeks before, so that rules hold across the border. Beside the rules of the roster
    (`scheduling.contracts`) two more are never priced: `coverage` and `duties`, the tables say what the
    activities do.

    The cost is the sum of

    - paid hours of shifts × the person's `cost_per_h`, with `overtime_surcharge` on the hours of a shift
      beyond `overtime_from_h`, and with the surcharge of every band on the paid hours in it; meals count
      if `meal_paid`, training does not;
    - hours of heads missing × `under_cost_per_h` and of heads too many × `over_cost_per_h` of the queue,
      moment by moment, and hours × the square of either × `uneven_cost_per_h`;
    - the price of every rule broken that has one, as often as it is (`Roster`);
    - `wish_cost` × wishes not granted: each day off wished for that is no leave or training, and each
      shift of who prefers early, mid or late, by its start;
    - `fair_cost` × Σ over people (nights² + weekends² + late ends² + wishes not granted²).
    """
    demand = check(requirement, DEMAND)[DEMAND.names()]
    zone, days = demand["start"].dt.tz, horizon(demand)
    everyone = crew(people, rules, queues=sorted(set(demand["queue"])), days=days)
    numbers, breaks = [number(day) for day in days], Breaks(rules, zone)
    known, strangers = books(
        everyone, schedule.shifts, schedule.activities, previous, first_day=numbers[0], zone=zone
    )
    for name, span in strangers:
        breaks.at("skill", name, span.at, f"{span} of somebody who is not in {PEOPLE.name}")
    openings = Openings(demand)
    for book in known.values():
        check_shifts(book, rules, openings, numbers, breaks)
        check_sequences(book, rules, numbers, breaks)
    counted = recount(demand, schedule.activities)
    check_coverage(counted, schedule.coverage, rules, breaks)
    duties = [duty(book, rules) for book in known.values()]
    check_duties(duties, schedule.duties, numbers[0], breaks)
    broken = breaks.table()
    under, over, uneven = cover_cost(counted, rules)
    wishes, fairness = fair_costs(duties, rules)
    return Verdict(
        broken,
        {
            "paid": paid_cost(known.values(), rules, zone),
            "under": under,
            "over": over,
            "uneven": uneven,
            "broken": float(broken["price"].sum()),
            "wishes": wishes,
            "fairness": fairness,
        },
    )
