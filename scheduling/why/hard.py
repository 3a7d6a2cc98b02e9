"""People whose hard rules conflict: an irreducible set of them, found by leaving one out after the other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from scheduling.people import Person
from scheduling.roster.build import Built
from scheduling.roster.problem import State
from scheduling.rules import Rules
from scheduling.why import words
from scheduling.why.alone import Alone, alone
from scheduling.why.easing import hard_only, strains
from scheduling.why.trouble import NOTHING, Trouble, Way


def suspects(built: Built, state: State, people: int) -> list[int]:
    """Return those of the first so many people whose rules the search could not keep."""
    who = np.arange(people)
    return who[strains(hard_only(built.problem), who, state.rows[:people]) > NOTHING].tolist()


def conflicts(
    built: Built, people: list[int], rules: Rules, previous: pd.DataFrame | None
) -> Iterator[Trouble]:
    """Give what keeps some people from any roster, those in the same plight together."""
    alike: dict[object, list[int]] = {}
    past = set() if previous is None else set(previous["person"])
    for i in people:
        person = built.crew[i]
        known = person.name if person.name in past else ""
        key = (known, person.terms, person.windows, person.leave, person.training, person.fixed)
        alike.setdefault(key, []).append(i)
    for members in alike.values():
        yield from _of(alone(built, members[0], rules, previous), [built.crew[i] for i in members])


def _of(whole: Alone, people: list[Person]) -> Iterator[Trouble]:
    """Look at each week by itself, and at all of them together if none is to blame."""
    weekly = [replace(whole, weeks=range(week, week + 1)) for week in whole.weeks]
    found = [own for own in weekly if own.answer(own.hard) is None]
    if not found and len(weekly) > 1 and whole.answer(whole.hard) is None:
        found = [whole]
    for own in found:
        grid, core = own.built.grid, irreducible(own)
        days = [grid.days[d] for d in own.days]
        who = words.people([person.name for person in people])
        named = words.listed([name_of(rule, own) for rule in core])
        yield Trouble(
            queue=", ".join(sorted(own.person.skills)),
            person=who,
            start=grid.instant(grid.day_first[own.days.start]),
            end=grid.instant(grid.day_first[own.days.stop]),
            short=None,
            because=f"{who}, {_when(days)}: {named} cannot be kept together",
            ways=tuple(_ways(own, core, len(people))),
        )


def irreducible(own: Alone) -> list[str]:
    """Return rules that cannot be kept together, of which no one could be spared (deletion filter).

    Chinneck and Dravnieks 1991, "Locating minimal infeasible constraint sets in linear programs", ORSA
    Journal on Computing 3, 157-168.
    """
    core = list(own.hard)
    # What asks for work is left out last, so that the rules in its way are named beside it.
    for rule in reversed(own.hard):
        fewer = [other for other in core if other != rule]
        if own.answer(fewer) is None:
            core = fewer
    return core


def _when(days: list[date]) -> str:
    if len(days) <= 7:
        return f"week of {words.day(days[0])}"
    return f"{words.day(days[0])} to {words.day(days[-1])}"


def name_of(rule: str, own: Alone) -> str:
    """Return a rule with its limit, in words."""
    person, terms, roster = own.person, own.person.terms, own.rules.roster
    if rule.startswith("fixed "):
        start, end = person.fixed[int(rule.split()[1])]
        return f"the fixed shift {words.span(start, end)}"
    limit = own.built.problem.limit[0, own.weeks.start]
    return {
        "rest": f"rest ({terms.rest_h:g} h between shifts)",
        "days_in_a_row": f"days_in_a_row (at most {terms.days_in_a_row})",
        "days_off_joined": f"days_off_joined ({roster.days_off_joined} in a row)",
        "weekends_in_four": f"weekends_in_four (at most {roster.weekends_in_four})",
        "starts_within": f"starts_within ({roster.starts_within_min} min)",
        "nights_in_a_row": f"nights_in_a_row (at most {roster.nights_in_a_row})",
        "hours_per_week": f"hours_per_week (at most {limit['hours_most']:g} h)",
        "hours_per_week_min": f"hours_per_week_min ({limit['hours_least']:g} h)",
        "hours_per_period": (
            f"hours_per_period (at most {roster.hours_per_period} h in {roster.period_weeks} weeks)"
        ),
        "days_per_week": f"days_per_week (at most {limit['days_most']} days)",
        "days_per_week_min": f"days_per_week_min ({limit['days_least']} days)",
        "forbidden": "forbidden (kinds of shifts that may not follow)",
        "availability": "availability (the hours available)",
        "leave": "leave (days of leave and training)",
        "limits": f"limits (the hours of {person.contract})",
    }[rule]


def _ways(own: Alone, core: list[str], people: int) -> Iterator[Way]:
    """Give for each rule of the set what would have to be given up, if the others are kept."""
    rate, lack_h = (own.person.terms.cost_per_h or 0.0) * people, 0.0
    each = " each" if people > 1 else ""
    if "hours_per_week_min" in core:
        most = own.answer([rule for rule in own.hard if rule != "hours_per_week_min"], "hours")
        least_h = float(own.built.problem.limit["hours_least"][0, list(own.weeks)].sum())
        most_h = (most.value if most else 0.0) + own.trained_h
        lack_h = max(0.0, least_h - most_h)
    for rule in core:
        aim = {"hours_per_week_min": "hours", "days_per_week_min": "days"}.get(rule, rule)
        found = own.answer([other for other in own.hard if other != rule], aim)
        if found is None:
            continue  # another set of rules stands in the way too
        if rule == "hours_per_week_min":
            yield Way(f"lower hours_per_week_min to {most_h:g} h{each}", 0.0, 0.0)
        elif rule == "days_per_week_min":
            yield Way(f"lower days_per_week_min to {found.value:g} days{each}", 0.0, 0.0)
        elif rule.startswith("fixed "):
            yield Way(f"drop {name_of(rule, own)}", 0.0, 0.0)
        else:
            days = own.days_broken(rule, found.shifts)
            where = f" on {words.listed([words.day(day) for day in days])}" if days else " in these days"
            yield Way(f"leave out {name_of(rule, own)}{where}", lack_h * people, lack_h * rate)
