"""A plan in a few lines that a planner would say aloud."""

from typing import Any

import pandas as pd

from planning.plan import Plan
from planning.review import Review
from planning.site import Queue


def summarise(plan: Plan, review: Review | None = None) -> list[str]:
    """Return the plan in plain lines, queue by queue; with a review, what came of it as well."""
    lines = []
    for name in plan.requirement["queue"].unique():
        queue = plan.site.queue(str(name))
        lines += _planned(queue, _of_queue(plan.tables(), name))
        if review is not None and name in set(review.accuracy["queue"]):
            lines += _came(queue, _of_queue(review.tables(), name), plan.site.tolerance)
    return lines


def _of_queue(tables: dict[str, pd.DataFrame], name: str) -> dict[str, pd.DataFrame]:
    # One outcome may be that of several queues, which share a team.
    return {
        key: table[table["queue"].map(lambda names: name in (names, *str(names).split(", "))).astype(bool)]
        for key, table in tables.items()
    }


def _planned(queue: Queue, tables: dict[str, pd.DataFrame]) -> list[str]:
    """Say what was forecast, required and scheduled for one queue."""
    requirement, coverage, days = tables["requirement"], tables["coverage"], tables["days"]
    shifts, outcome = tables["shift_plan"], tables["outcome"].iloc[0]
    peak = requirement.loc[requirement["rostered"].idxmax()]
    span = f"{days['start'].iloc[0]:%a %d %b} to {days['start'].iloc[-1]:%a %d %b %Y}"
    hours = coverage["minutes"] / 60
    needed, short = (coverage["needed"] * hours).sum(), (coverage["under"] * hours).sum()
    paid = days["paid_h"].sum()
    lines = [
        f"{requirement['queue'].iloc[0]}, {span}: {requirement['calls'].sum():,.0f} calls forecast.",
        f"Busiest {peak['start']:%a %H:%M}: {peak['calls']:,.0f} calls are {peak['load']:,.0f} erlangs "
        f"and need {peak['agents']:,} agents, {peak['rostered']:,} rostered.",
        f"{shifts['heads'].sum():,} shifts, {paid:,.0f} paid hours for {needed:,.0f} required; "
        f"{short:,.0f} hours short; at most {outcome['gap']:.1%} above the cheapest possible.",
    ]
    if queue.service_level is not None:
        level = (days["service_level"] * days["calls"]).sum() / days["calls"].sum()
        met = (coverage["service_level"] >= queue.service_level).mean()
        lines.append(
            f"Planned service level {level:.1%} within {queue.within_s:g} s "
            f"(goal {queue.service_level:.0%}, counted as {queue.convention}); "
            f"{met:.0%} of intervals meet the goal."
        )
    return lines


def _came(queue: Queue, tables: dict[str, pd.DataFrame], tolerance: float) -> list[str]:
    """Say how the forecast and the schedule fared for one queue."""
    days = tables["days"].dropna(subset=["offered"])
    came, error = days["offered"].sum(), days["error"].sum()
    if came == 0:
        return [f"Then no call came: the forecast was {error:,.0f} too high."]
    interval, daily = (_measures(tables, level) for level in ("interval", "day"))
    hits = round(daily["hit_rate"] * daily["n"])
    lines = [
        f"Then {came:,.0f} calls came: the forecast was {_missed(error, came)}.",
        f"By interval it missed by {interval['wape']:.1%}, of which chance alone leaves "
        f"{interval['noise_floor']:.1%}; {interval['hit_rate']:.0%} of intervals were within "
        f"±{tolerance:.0%} (a perfect forecast: {interval['attainable']:.0%}).",
        f"By day it missed by {daily['wape']:.1%}; {hits} of {daily['n']} days were within ±{tolerance:.0%}. "
        f"Verdict: {daily['verdict']}.",
    ]
    if queue.service_level is not None:
        level = (days["delivered"] * days["offered"]).sum() / came
        met = (tables["delivered"]["service_level"].dropna() >= queue.service_level).mean()
        worst = days.loc[days["delivered"].idxmin()]
        missed = _missed(worst["error"], worst["offered"])
        lines += [
            f"With those calls the schedule would have given {level:.1%} within {queue.within_s:g} s; "
            f"{met:.0%} of intervals would have met the goal.",
            f"Worst day {worst['start']:%a %d %b}: {worst['delivered']:.1%}, its forecast {missed}.",
        ]
    return lines


def _measures(tables: dict[str, pd.DataFrame], level: str) -> dict[str, Any]:
    """Return a level's measures over all weeks of lead together."""
    errors = tables["errors"][tables["errors"]["by"] == level]
    weeks = tables["accuracy"][tables["accuracy"]["by"] == level]
    offered = errors["offered"].sum()
    return {
        "n": len(errors),
        "wape": errors["error"].abs().sum() / offered,
        "noise_floor": errors["floor"].sum() / offered,
        "hit_rate": errors["within"].mean(),
        "attainable": (weeks["attainable"] * weeks["n"]).sum() / weeks["n"].sum(),
        "verdict": "; then ".join(dict.fromkeys(weeks["verdict"])),
    }


def _missed(error: float, offered: float) -> str:
    return f"{abs(error) / offered:.1%} too {'high' if error > 0 else 'low'}"
