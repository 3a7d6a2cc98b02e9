"""The ledger in a few lines that a planner would say aloud."""

from collections.abc import Mapping

import pandas as pd

from planning.publishing import CHAIN
from planning.site import Site


def summary_of(tables: Mapping[str, pd.DataFrame], site: Site) -> list[str]:
    """Return the ledger in lines, queue by queue: how near, what it cost, what steps added, what drifts."""
    lines = []
    for name in tables["ledger"]["queue"].unique():
        own = {key: table[table["queue"] == name] for key, table in tables.items()}
        ledger = dict(list(own["ledger"].groupby("by")))
        day = ledger["day"]
        first, last = (f"{start:%a} {start.day} {start:%b %Y}" for start in day["start"].iloc[[0, -1]])
        came, error = day["offered"].sum(), day["error"].sum()
        lines.append(
            f"{name}, {first} to {last}: {came:,.0f} calls came, the published forecast was "
            f"{_share(error, came)} {'too high' if error > 0 else 'too low'}."
        )
        if came > 0:
            lines += [_level(ledger[by], own["accuracy"], by) for by in ("interval", "day")]
        lines += _cost(day, site)
        lines += _chain(own["value_added"])
        lines += [f"Drift: {text}." for text in own["alarms"]["text"].tail(1)]
    return lines


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
    if sums.isna().any():
        return []
    lines = [
        f"The misses cost {sums['over_h']:,.0f} agent-hours too many and {sums['short_h']:,.0f} too few, "
        f"{sums['cost']:,.0f} {site.currency or 'at the rates of site.toml'}; of the difference calls have "
        f"{sums['volume_h']:+,.0f} h, handling times {sums['aht_h']:+,.0f} h."
    ]
    levels = [
        _mean(day, column, weight)
        for column, weight in (("planned_service_level", "calls"), ("service_level", "offered"))
    ]
    if None not in levels:
        lines.append(f"Service level: planned {levels[0]:.1%}, with the calls that came {levels[1]:.1%}.")
    return lines


def _mean(day: pd.DataFrame, column: str, weight: str) -> float | None:
    known = day[column].notna()
    total = day.loc[known, weight].sum()
    return (day.loc[known, column] * day.loc[known, weight]).sum() / total if total > 0 else None


def _chain(value_added: pd.DataFrame) -> list[str]:
    wape = value_added[value_added["by"] == "day"].set_index("step")["wape"].dropna()
    steps = [f"{step} {wape[step]:.1%}" for step in CHAIN if step in wape]
    return [f"Error by day, step by step: {', '.join(steps)}."] if steps else []
