"""What a week promises, in lines that a planner would say aloud."""

import pandas as pd

from planning.compare import ANEW, AS_PLANNED, HEADS, THE_PLAN
from planning.promise import WITHIN_S
from planning.weekly import Week

# A goal met with a smaller chance is in doubt.
LIKELY = 0.8
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
        lines += _promised(week, name)
    pooled = week.scenarios[~week.scenarios["queue"].isin(week.promise["queue"])]
    for row in pooled.to_dict("records"):
        apart = week.scenarios[week.scenarios["queue"].isin(row["queue"].split(" + "))]
        apart = apart[(apart["scenario"] == THE_PLAN) & (apart["roster"] == AS_PLANNED)]
        lines.append(f"{row['queue']}: {_otherwise(row, apart['paid_h'].sum())}")
    return [*lines, *(f"Last week: {text}" for text in week.verdicts)]


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
        lines.append(f"Service level in doubt, by its chance to be met: {said}.")
    elif len(known):
        lines.append(f"Each service level is met with a chance of {_chance(known['chance'].min())} or more.")
    return lines


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
        goal = f"; the goal of {queue.service_level:.0%} is met with a chance of {_chance(base['chance'])}"
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
    chance = "" if pd.isna(worst["chance"]) else f", met with a chance of {_chance(worst['chance'])}"
    return [
        f"Weakest day {worst['start']:%a %d %b}: {worst['expected']:.1%} "
        f"({worst['p10']:.0%} to {worst['p90']:.0%}){chance}."
    ]


def _goals(own: pd.DataFrame) -> pd.DataFrame:
    return own[(own["by"] == "week") & (own["measure"] != "service_level") & own["limit"].notna()]


def _other(row: dict) -> str:
    words, form = _WORDS[row["measure"]]
    return (
        f"Goal {words} at most {form.format(row['limit'])}: {form.format(row['expected'])} expected in the "
        f"week of {row['start']:%a %d %b}, met with a chance of {_chance(row['chance'])}."
    )


def _otherwise(row: dict, paid_h: float) -> str:
    band = f"{row['service_level']:.1%} ({row['p10']:.0%} to {row['p90']:.0%})"
    cost = f" for {row['paid_h'] - paid_h:+,.0f} paid h" if row["roster"] == ANEW else ""
    return f"What if {row['scenario']}, {row['roster']}: {band}{cost}."
