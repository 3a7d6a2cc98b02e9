"""Why those who have the skill are not at work in a window: each by the rule that is in the way."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from scheduling.clock import DAY_MIN
from scheduling.contracts import PRICEABLE
from scheduling.people import Person
from scheduling.roster.grid import NDArray
from scheduling.roster.problem import HARD, OFF, Problem
from scheduling.rules import Rules
from scheduling.why import words
from scheduling.why.easing import hard_only, strains, without
from scheduling.why.stage import Stage
from scheduling.why.trouble import NOTHING

# Rules that may stand between a person and one shift more.
SEQUENCE = tuple(
    rule for rule in PRICEABLE if rule not in ("hours_per_week_min", "days_per_week_min", "floor")
)

_DAYS = "days_per_week"
# So many reasons are told one by one.
_REASONS = 5

Reasons = dict[str, list[int]]  # people by what keeps them


def reasons(spot: Stage, people: list[int]) -> Reasons:
    """Sort the people with the skill by what keeps them from the window.

    `at work`; `leave`; `contract`, whose shifts do not reach it; `availability`; `other hours`, who work
    another shift that day; `free`, whom nothing keeps; the one rule of the roster without which they could;
    days_per_week and one rule more; or `rules`, where it takes others.
    """
    found: Reasons = defaultdict(list)
    left: dict[int, NDArray] = {}  # shifts that might be worked, by person
    for i in people:
        reason, shifts = _without_rules(spot, i)
        if reason:
            found[reason].append(i)
        else:
            left[i] = shifts
    for reason, p in _eased(hard_only(spot.built.problem)):
        for i in _helped(spot, p, left):
            found[reason].append(i)
            del left[i]
    found["rules"] += left
    return {reason: some for reason, some in found.items() if some}


def _eased(p: Problem) -> Iterator[tuple[str, Problem]]:
    """Give the problem with every rule, then with one left out, then with days_per_week and one more."""
    hard = [rule for rule in SEQUENCE if p.rules[rule][0] >= HARD]
    yield "free", p
    for rule in hard:
        yield rule, without(p, [rule])
    for rule in hard:
        if _DAYS in hard and rule != _DAYS:
            yield f"{_DAYS}, {rule}", without(p, [_DAYS, rule])


def _helped(spot: Stage, p: Problem, left: dict[int, NDArray]) -> list[int]:
    """Return who of some people may work one of their shifts beside those they have."""
    if not left:
        return []
    sizes = [len(shifts) for shifts in left.values()]
    people, numbers = np.array(list(left)), np.concatenate(list(left.values()))
    who = np.repeat(people, sizes)
    rows = spot.state.rows[who]
    rows[np.arange(len(who)), spot.built.grid.day[p.shift["first"][numbers]]] = numbers
    after = np.minimum.reduceat(strains(p, who, rows), np.cumsum([0, *sizes[:-1]]))
    return people[after - strains(p, people, spot.state.rows[people]) <= NOTHING].tolist()


def _without_rules(spot: Stage, i: int) -> tuple[str, NDArray]:
    """Return what keeps a person whatever the rules between shifts, or nothing, and the shifts there are."""
    p, row, grid, person = spot.built.problem, spot.state.rows[i], spot.built.grid, spot.built.crew[i]
    own, reaching = row[row != OFF], _reaching(spot, i)
    if ((p.shift["first"][own] < spot.slots.stop) & (p.shift["last"][own] > spot.slots.start)).any():
        return "at work", reaching
    if grid.days[spot.days[0]] in person.leave | person.training:
        return "leave", reaching
    if not len(reaching):
        return "contract", reaching
    first, last = p.shift["first"][reaching], p.shift["last"][reaching]
    day = p.day[i, grid.day[first]]
    reaching = reaching[(first >= day["first"]) & (last <= day["last"])]
    if not len(reaching):
        return "availability", reaching
    days = grid.day[p.shift["first"][reaching]]
    reaching = reaching[(row[days] == OFF) & (p.day["lock"][i, days] != OFF)]
    return "" if len(reaching) else "other hours", reaching


def _reaching(spot: Stage, i: int) -> NDArray:
    """Return the shifts of a person's menu that are there in the window, whatever their availability."""
    p = spot.built.problem
    menu = int(p.person["menu"][i])
    days = range(max(0, spot.days[0] - 1), spot.days[-1] + 1)
    own = np.concatenate([np.arange(*p.offered[menu, d]) for d in days])
    return own[(p.shift["first"][own] < spot.slots.stop) & (p.shift["last"][own] > spot.slots.start)]


def because(spot: Stage, found: Reasons, rules: Rules) -> str:
    """Say what is in the way of a window in one sentence."""
    crew, grid = spot.built.crew, spot.built.grid
    skilled = [i for people in found.values() for i in people]
    if set(found) <= {"availability", "leave"} and found.get("availability"):
        ends = [_until(crew[i], spot) for i in found["availability"]]
        start = int(grid.clock[spot.slots[0]])
        if max(ends) <= start:
            away = (
                f", and {words.people([crew[i].name for i in found['leave']])} on leave"
                if found.get("leave")
                else ""
            )
            latest = f"may work after {words.clock(max(ends))}" if max(ends) > 0 else "may work that day"
            return f"{spot.window}: no one with the skill {spot.window.queue} {latest}{away}"
    order = sorted(found, key=lambda reason: (reason != "at work", -len(found[reason])))
    parts = [_told(reason, [crew[i].name for i in found[reason]], rules) for reason in order[:_REASONS]]
    others = sum(len(found[reason]) for reason in order[_REASONS:])
    if others:
        parts.append(f"{others} for other reasons")
    only = f"only {len(skilled)}" if len(skilled) < spot.window.needed else f"of {len(skilled)}"
    return f"{spot.window}; {only} with the skill {spot.window.queue}: {words.listed(parts)}"


def _told(reason: str, names: list[str], rules: Rules) -> str:
    """Say how many a reason keeps away, and who they are if they are few."""
    both = reason.split(", ")
    told = _TELLS[both[0]].format(n=len(names), who="" if both[1:] else words.these(names), **_limits(rules))
    return f"{told} and held back by {both[1]} too{words.these(names)}" if both[1:] else told


def _until(person: Person, spot: Stage) -> int:
    window = person.windows[spot.built.grid.days[spot.days[0]].weekday()]
    return min(window[1], DAY_MIN) if window else 0


_TELLS = {
    "at work": "{n} at work then",
    "leave": "{n} on leave or training{who}",
    "contract": "{n} whose contract has no shift that reaches then{who}",
    "availability": "{n} not available then{who}",
    "other hours": "{n} at work at other hours of that day{who}",
    "free": "{n} free to come{who}",
    "rules": "{n} held back by several rules at once{who}",
    "rest": "{n} with too little rest before or after it{who}",
    "days_in_a_row": "{n} with their most days in a row worked{who}",
    "days_off_joined": "{n} in need of their {joined} days off in a row{who}",
    "weekends_in_four": "{n} with their {weekends} weekends of four worked{who}",
    "starts_within": "{n} who may not start more than {within} min from their other shifts of the week{who}",
    "nights_in_a_row": "{n} with their {nights} nights in a row worked{who}",
    "hours_per_week": "{n} with the hours of their week worked{who}",
    "hours_per_period": "{n} with their {period:g} h in {weeks} weeks worked{who}",
    "days_per_week": "{n} with all their days of the week worked{who}",
    "forbidden": "{n} whose shift there may not follow, or come before, another one{who}",
    "fixed": "{n} with a fixed shift in the way{who}",
}


def _limits(rules: Rules) -> dict[str, float]:
    roster = rules.roster
    return {
        "joined": roster.days_off_joined or 0,
        "weekends": roster.weekends_in_four or 0,
        "within": roster.starts_within_min or 0,
        "nights": roster.nights_in_a_row or 0,
        "period": roster.hours_per_period or 0.0,
        "weeks": roster.period_weeks,
    }
