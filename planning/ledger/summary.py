"""The ledger in a few lines that a planner would say aloud."""

from collections.abc import Mapping

import pandas as pd

from planning.publishing import CHAIN
from planning.site import Site


def summary_of(tables: Mapping[str, pd.DataFrame], beside: Mapping[str, float], site: Site) -> list[str]:
    """Return the ledger in lines, queue by queue: how near, what it cost, what steps added, what drifts.

    `beside` are the calls that came in intervals of which no forecast spoke.
    """
    lines = []
    for name in tables["ledger"]["queue"].unique():
        own = {key: table[table["queue"] == name] for key, table in tables.items()}
        ledger = dict(list(own["ledger"].groupby("by")))
        day = ledger["day"]
        first, last = (f"{start:%a} {start.day} {start:%b %Y}" for start in day["start"].iloc[[0, -1]])
        came, error = day["offered"].sum(), day["error"].sum()
        lines.append(
            f"{name}, {first} to {last}: {came:,.0f} calls came{_others(beside[name])}, the published "
            "forecast was "
            f"{_share(error, came)} {'too high' if error > 0 else 'too low'}."
        )
        if came > 0:
            lines += [_level(ledger[by], own["accuracy"], by) for by in ("interval", "day")]
        lines += _cost(day, site)
        lines += _chain(own["value_added"])
        lines += [f"Drift: {text}." for text in own["alarms"]["text"].tail(1)]
    return lines


def _others(beside: float) -> str:
    """Say that the calls are those of the intervals forecast, where others came."""
    return f" in the intervals that were forecast ({beside:,.0f} more in others)" if beside > 0 else ""


def _share(error: float, came: float) -> str:
    return f"{abs(error) / came:.1%}" if came > 0 else f"{abs(error):,.0f} calls"


def _level(rows: pd.DataFrame, accuracy: pd.DataFrame, by: str) -> str:
    weeks = accuracy[accuracy["by"] == by]
    came, attainable = rows["offered"].sum(), (weeks["attainable"] * weeks["n"]).sum() / weeks["n"].sum()
    return (
        f"By {by} it missed by {rows['error'].abs().sum() / came:.1%}, of which chance alone leaves "
        f"{rows['floor'].sum() / came:.1%}; {rows['within'].sum():,} of {len(rows):,} {by}s were within "
        f"±{rows['tolerance'].iloc[0]:.0%} (a perfect forecast: {attainable:.0%}). "
        f"Verdict: {'; then '.join(dict.fromkeys(weeks['verdict']))}."
    )


def _cost(day: pd.DataFrame, site: Site) -> list[str]:
    sums = day[["over_h", "short_h", "volume_h", "aht_h", "cost"]].sum(min_count=1)
    if pd.isna(sums["cost"]):
        return []
    over, short = round(sums["over_h"], 1), round(sums["short_h"], 1)
    lines = [
        f"The misses cost {over:,.1f} agent-hours too many and {short:,.1f} too few, "
        f"{sums['cost']:,.0f} {site.currency or 'at the rates of site.toml'}; of the difference "
        f"{_parts(sums['volume_h'], sums['aht_h'], over - short)}."
    ]
    levels = [
        _mean(day, column, weight)
        for column, weight in (("planned_service_level", "calls"), ("service_level", "offered"))
    ]
    if None not in levels:
        lines.append(f"Service level: planned {levels[0]:.1%}, with the calls that came {levels[1]:.1%}.")
    return lines


def _parts(volume_h: float, aht_h: float, difference: float) -> str:
    """Say what calls and handling times have of a difference as it is shown: the parts add up to it."""
    if pd.isna(aht_h):
        return f"calls have {difference:+,.1f} h, for the handling times that came are not known"
    # The larger part takes what rounding leaves.
    if abs(volume_h) < abs(aht_h):
        volume = round(volume_h, 1)
        aht = difference - volume
    else:
        aht = round(aht_h, 1)
        volume = difference - aht
    # Nothing has no sign: -0.0 + 0.0 is 0.0.
    return f"calls have {volume + 0.0:+,.1f} h, handling times {aht + 0.0:+,.1f} h"


def _mean(day: pd.DataFrame, column: str, weight: str) -> float | None:
    known = day[column].notna()
    total = day.loc[known, weight].sum()
    return (day.loc[known, column] * day.loc[known, weight]).sum() / total if total > 0 else None


def _chain(value_added: pd.DataFrame) -> list[str]:
    wape = value_added[value_added["by"] == "day"].set_index("step")["wape"].dropna()
    steps = [f"{step} {wape[step]:.1%}" for step in CHAIN if step in wape]
    return [f"Error by day, step by step: {', '.join(steps)}."] if steps else []
