"""A plan in a few lines that a planner would say aloud."""

import pandas as pd

from planning.plan import Plan
from planning.review import Review


def summarise(plan: Plan, review: Review | None = None) -> list[str]:
    """Return the plan in plain lines, queue by queue; with a review, what came of it as well."""
    lines = []
    for name in plan.requirement["queue"].unique():
        mine = {key: table[table["queue"] == name] for key, table in plan.tables().items()}
        lines += _planned(plan, str(name), mine)
        if review is not None:
            came = {key: table[table["queue"] == name] for key, table in review.tables().items()}
            lines += _came(plan, str(name), came)
    return lines


def _planned(plan: Plan, name: str, tables: dict[str, pd.DataFrame]) -> list[str]:
    """Say what was forecast, required and scheduled for one queue."""
    requirement, coverage = tables["requirement"], tables["coverage"]
    queue, outcome = plan.site.queue(name), tables["outcome"].iloc[0]
    peak = requirement.loc[requirement["rostered"].idxmax()]
    days = tables["days"]
    hours = coverage["minutes"] / 60
    needed, short = (coverage["needed"] * hours).sum(), (coverage["under"] * hours).sum()
    paid = (tables["shift_plan"]["heads"] * tables["shift_plan"]["paid_h"]).sum()
    lines = [
        f"{name}, {days['start'].iloc[0]:%a %d %b} to {days['start'].iloc[-1]:%a %d %b %Y}: "
        f"{requirement['calls'].sum():,.0f} calls forecast.",
        f"Busiest at {peak['start']:%a %H:%M}: {peak['calls']:,.0f} calls are {peak['load']:,.0f} erlangs, "
        f"which need {peak['agents']:,} agents, {peak['rostered']:,} rostered with {queue.shrinkage:.0%} shrinkage.",
        f"Shifts: {tables['shift_plan']['heads'].sum():,}, {paid:,.0f} paid hours for {needed:,.0f} required, "
        f"{short:,.0f} hours short; at most {outcome['gap']:.1%} dearer than the cheapest possible.",
    ]
    if queue.service_level is not None:
        level = (days["service_level"] * days["calls"]).sum() / days["calls"].sum()
        met = (coverage["service_level"] >= queue.service_level).mean()
        lines.append(
            f"Planned: {level:.1%} of calls answered within {queue.within_s:g} s (goal {queue.service_level:.0%}); "
            f"{met:.0%} of intervals meet the goal."
        )
    return lines


def _came(plan: Plan, name: str, tables: dict[str, pd.DataFrame]) -> list[str]:
    """Say how the forecast and the schedule fared for one queue."""
    queue, days, accuracy = plan.site.queue(name), tables["days"], tables["accuracy"]
    measures = {level: rows.iloc[0] for level, rows in accuracy.groupby("by")}
    interval, daily = measures["interval"], measures["day"]
    compared = days.dropna(subset=["offered"])
    came, error = compared["offered"].sum(), compared["error"].sum()
    hits = int(round(daily["hit_rate"] * daily["n"]))
    lines = [
        f"Then {came:,.0f} calls came: the forecast was {abs(error) / came:.1%} too "
        f"{'high' if error > 0 else 'low'} over all.",
        f"By interval it missed by {interval['wape']:.1%} (chance alone leaves {interval['noise_floor']:.1%}); "
        f"{interval['hit_rate']:.0%} of intervals were within ±{plan.site.tolerance:.0%} "
        f"(a perfect forecast: {interval['attainable']:.0%}).",
        f"By day it missed by {daily['wape']:.1%} (chance alone {daily['noise_floor']:.1%}); "
        f"{hits} of {daily['n']} days were within ±{plan.site.tolerance:.0%}. Verdict: {daily['verdict']}.",
    ]
    if queue.service_level is not None:
        level = (compared["delivered"] * compared["offered"]).sum() / came
        worst = compared.loc[compared["delivered"].idxmin()]
        met = (tables["delivered"]["service_level"] >= queue.service_level).mean()
        lines += [
            f"With those calls the schedule would have answered {level:.1%} within {queue.within_s:g} s; "
            f"{met:.0%} of intervals would have met the goal.",
            f"The worst day would have been {worst['start']:%a %d %b}: {worst['delivered']:.1%}, "
            f"its calls {abs(worst['error']) / worst['offered']:.1%} {'under' if worst['error'] > 0 else 'over'} forecast.",
        ]
    return lines
