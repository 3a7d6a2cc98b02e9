"""What a week promises, in lines that a planner would say aloud."""

from collections.abc import Collection

import pandas as pd

from planning.compare import ANEW, AS_PLANNED, HEADS, THE_PLAN
from planning.promise import WITHIN_S
from planning.rosters import Roster
from planning.weekly import Week

# A goal met with a smaller chance is in doubt.
LIKELY = 0.8
_DAYS_NAMED = 6
_WORDS = {
    "asa_s": ("average speed of answer", "{:.0f} s"),
    "abandoned": ("share that hangs up", "{:.1%}"),
    "occupancy": ("occupancy", "{:.1%}"),
    "p_wait": ("share that waits", "{:.1%}"),
}


def summarise_week(week: Week) -> list[str]:
    """Return what a week promises in plain lines, queue by queue, then what last week was like."""
    names = [str(name) for name in week.promise["queue"].unique()]
    lines = _at_a_glance(week, names) if len(names) > 1 else []
    for name in names:
        first, *others = _promised(week, name)
        lines += [first, *(f"{name}: {line}" if len(names) > 1 else line for line in others)]
    pooled = week.scenarios[~week.scenarios["queue"].isin(week.promise["queue"])]
    for row in pooled.to_dict("records"):
        apart = week.scenarios[week.scenarios["queue"].isin(row["queue"].split(" + "))]
        apart = apart[(apart["scenario"] == THE_PLAN) & (apart["roster"] == AS_PLANNED)]
        lines.append(f"{row['queue']}: {_otherwise(row, apart['paid_h'].sum())}")
    if week.plan.roster is not None and ANEW in set(week.scenarios["roster"]):
        lines.append(_against_people(week.plan.roster))
    return [*lines, *(f"Last week: {text}" for text in week.verdicts)]


def _against_people(roster: Roster) -> str:
    """Say what the shifts planned anew are, and what they stand against."""
    several = roster.people["skills"].str.contains("|", regex=False).any()
    anew = "" if roster.site.shifts.teams else ", each in one queue"
    plan = ", some of them in several queues" if several else ""
    return f"Planned anew are shifts without names{anew}; they stand against named people{plan}."


def _at_a_glance(week: Week, names: list[str]) -> list[str]:
    """Say of all queues what they take together, and which goals are likely to be met."""
    rows = week.scenarios[week.scenarios["queue"].isin(names)]
    rows = rows[(rows["scenario"] == THE_PLAN) & (rows["roster"] == AS_PLANNED)]
    lines = [
        f"All {len(names)} queues: {rows['paid_h'].sum():,.0f} paid hours, "
        f"{rows['cost'].sum():,.0f} {week.plan.site.currency or 'at the rates of site.toml'}."
    ]
    known = rows.dropna(subset=["chance"]).sort_values("chance", kind="stable")
    doubtful = known[known["chance"] < LIKELY]
    if len(doubtful):
        said = ", ".join(f"{row['queue']} ({_chance(row['chance'])})" for _, row in doubtful.iterrows())
        lines.append(f"Service level in doubt, by its chance to be met over {_span(week)}: {said}.")
    elif len(known):
        chance = _chance(known["chance"].min())
        lines.append(f"Each service level is met over {_span(week)} with a chance of {chance} or more.")
    return [*lines, *_doubtful_days(week.promise, set(known["queue"]) - set(doubtful["queue"]))]


def _doubtful_days(promise: pd.DataFrame, names: Collection[str]) -> list[str]:
    """Name the days on which these queues' service level is in doubt, the least likely first."""
    days = promise[(promise["by"] == "day") & (promise["measure"] == "service_level")]
    days = days[days["queue"].isin(names) & (days["chance"] < LIKELY)].sort_values("chance", kind="stable")
    if days.empty:
        return []
    named = ", ".join(
        f"{row['queue']} {row['start']:%a %d %b} ({_chance(row['chance'])})"
        for row in days.head(_DAYS_NAMED).to_dict("records")
    )
    more = f" and {len(days) - _DAYS_NAMED} more" if len(days) > _DAYS_NAMED else ""
    return [f"In doubt on single days: {named}{more}."]


def _span(week: Week) -> str:
    """Name the days that a chance is meant over."""
    days = week.plan.days["start"].nunique()
    return "the week" if days <= 7 else f"all {days} days"


def _chance(share: float) -> str:
    """Write a chance; that of simulated weeks is never quite certain."""
    return "over 99%" if share > 0.99 else "under 1%" if share < 0.01 else f"{share:.0%}"


def _promised(week: Week, name: str) -> list[str]:
    queue, own = week.plan.site.queue(name), week.promise[week.promise["queue"] == name]
    scenarios = week.scenarios[(week.scenarios["queue"] == name)]
    plan = scenarios[scenarios["scenario"] == THE_PLAN].set_index("roster")
    base = plan.loc[AS_PLANNED]
    within_s = WITHIN_S if queue.within_s is None else queue.within_s
    goal = ""
    if queue.service_level is not None:
        chance = f"over {_span(week)} with a chance of {_chance(base['chance'])}"
        goal = f"; the goal of {queue.service_level:.0%} is met {chance}"
    lines = [
        f"Promise, {name}: {base['service_level']:.1%} within {within_s:g} s, and in 8 of 10 cases "
        f"{base['p10']:.0%} to {base['p90']:.0%}{goal}.",
        f"It takes {base['staffed_h']:,.0f} rostered hours, {base['paid_h']:,.0f} paid ones, "
        f"{base['cost']:,.0f} {week.plan.site.currency or 'at the rates of site.toml'}.",
    ]
    lines += _days(own[(own["by"] == "day") & (own["measure"] == "service_level")])
    lines += [_other(row) for row in _goals(own).to_dict("records")]
    lines.append(
        "In every interval "
        + ", ".join(_moved(words, plan.loc[words], base) for words in HEADS.values())
        + "."
    )
    risky = week.at_risk[week.at_risk["queue"] == name].sort_values("rank")
    if len(risky):
        said = ", ".join(
            f"{row['start']:%a %H:%M} ({row['service_level']:.0%})" for _, row in risky.iterrows()
        )
        lines.append(f"Most at risk: {said}.")
    others = scenarios[scenarios["scenario"] != THE_PLAN].to_dict("records")
    return lines + [_otherwise(row, base["paid_h"]) for row in others]


def _moved(words: str, row: pd.Series, base: pd.Series) -> str:
    return f"{words} gives {row['service_level']:.1%} for {row['paid_h'] - base['paid_h']:+,.0f} h"


def _days(days: pd.DataFrame) -> list[str]:
    known = days.dropna(subset=["expected"])
    if known.empty:
        return ["No call is expected."]
    worst = known.loc[known["expected"].idxmin()]
    band = f"{worst['expected']:.1%} ({worst['p10']:.0%} to {worst['p90']:.0%})"
    chance = "" if pd.isna(worst["chance"]) else f", met with a chance of {_chance(worst['chance'])}"
    lines = [f"Weakest day {worst['start']:%a %d %b}: {band}{chance}."]
    # A small day scatters more: it may miss its goal more often than a weaker one.
    if known["chance"].min() < worst["chance"]:
        least = known.loc[known["chance"].idxmin()]
        named = f"{least['start']:%a %d %b} ({_chance(least['chance'])})"
        lines.append(f"Least likely to meet its goal: {named}.")
    return lines


def _goals(own: pd.DataFrame) -> pd.DataFrame:
    return own[(own["by"] == "week") & (own["measure"] != "service_level") & own["limit"].notna()]


def _other(row: dict) -> str:
    words, form = _WORDS[row["measure"]]
    goal = f"Goal {words} at most {form.format(row['limit'])}"
    if pd.isna(row["expected"]):
        return f"{goal}: not known, for nobody answers in the week of {row['start']:%a %d %b}."
    return (
        f"{goal}: {form.format(row['expected'])} expected in the "
        f"week of {row['start']:%a %d %b}, met with a chance of {_chance(row['chance'])}."
    )


def _otherwise(row: dict, paid_h: float) -> str:
    band = f"{row['service_level']:.1%} ({row['p10']:.0%} to {row['p90']:.0%})"
    cost = f" for {row['paid_h'] - paid_h:+,.0f} paid h" if row["roster"] == ANEW else ""
    return f"What if {row['scenario']}, {row['roster']}: {band}{cost}."
