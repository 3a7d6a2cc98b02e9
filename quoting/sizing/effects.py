"""What each factor of the workload does to calls, hours and seats."""

from typing import Any

import numpy as np
import pandas as pd

from callplan.tables import QUOTE_WORKLOAD, check
from quoting.sizing.agents import agents_by_volume
from quoting.sizing.arrivals import WEEKS_A_MONTH, arrivals
from quoting.sizing.people import seats_of
from quoting.sizing.workload import work_of
from quoting.terms.factors import TimeBand
from quoting.terms.terms import Terms
from quoting.terms.traffic import Workload

# Each factor in the order of `quoting.sizing.workload`: its fields, the first of which tells whether it is at
# work, and what it does.
_STEPS = {
    ("blocked",): "blocked calls added back: × 1 / (1 - {blocked:.1%})",
    ("ivr_contained",): "contained by the IVR: × (1 - {ivr_contained:.1%})",
    ("repeating", "first_call_resolution"): (
        "repeats: × 1 / (1 - (1 - {first_call_resolution:.1%}) × {repeating:.1%})"
    ),
    ("above_calls",): "overflow: what comes above {above_calls:g} calls in an interval",
    (
        "transferred",
        "transfer_aht_s",
    ): "transfers: {transferred:.1%} are one more leg of {transfer_aht_s:g} s",
    ("called_back",): "callbacks: {called_back:.1%} of callers in busy intervals, later the same day",
    ("escalated", "escalation_aht_s"): (
        "escalations: {escalated:.1%} to a second tier of its own, {escalation_aht_s:g} s each"
    ),
}


def workload(terms: Terms) -> pd.DataFrame:
    """Return what each factor does to calls, and what it adds to hours and seats (table `QUOTE_WORKLOAD`).

    Calls and handling time stand as after each step, in the mean month before growth. Hours and seats of a
    step are those of the whole quote less those without that one factor, hours of a mean month of the term,
    seats of the peak: since factors multiply and teams are whole, they do not add up to what all do together.
    """
    came = arrivals(terms)
    lost = f", {came.lost:.1%} outside the opening hours left out" if came.lost > 1e-9 else ""
    first = {"line": f"calls as given{lost}", "calls": came.calls.sum() * WEEKS_A_MONTH, "aht_s": came.aht_s}
    rows: list[dict[str, Any]] = [first]
    quoted, done = _need(terms), list[tuple[str, ...]]()
    at_work = [fields for fields in _STEPS if _of(terms, fields)[fields[0]] not in (None, 0)]
    for fields in at_work:
        done.append(fields)
        so_far = _without(terms, [other for other in at_work if other not in done])
        work = work_of(came, so_far, np.ones(1))
        seconds = (work.calls * work.aht_s + work.escalated * work.escalated_aht_s).sum()
        agent_h, seats = _need(_without(terms, [fields]))
        calls = work.calls.sum()
        row = {"calls": calls * WEEKS_A_MONTH, "aht_s": seconds / calls if calls > 0 else np.nan}
        effect = {"agent_h": quoted[0] - agent_h, "seats": quoted[1] - seats}
        rows.append({"line": _STEPS[fields].format(**_of(terms, fields)), **row, **effect})
    table = pd.DataFrame(rows).reindex(columns=QUOTE_WORKLOAD.names())
    return check(table.assign(step=np.arange(1, len(table) + 1)), QUOTE_WORKLOAD)


def _of(terms: Terms, fields: tuple[str, ...]) -> dict[str, Any]:
    """Return the values of a factor; an outbound quote has none at work."""
    if terms.direction.way == "outbound":
        return dict.fromkeys(fields)
    if fields == ("above_calls",):
        return {"above_calls": terms.time_band.above_calls}
    return {name: getattr(terms.traffic.workload, name) for name in fields}


def _without(terms: Terms, factors: list[tuple[str, ...]]) -> Terms:
    """Return the terms with some factors left out."""
    names = [name for fields in factors for name in fields]
    band = terms.time_band
    if "above_calls" in names:
        band = TimeBand(kind="office", hours=band.hours, night=band.night)
        names.remove("above_calls")
    given = {
        name: getattr(terms.traffic.workload, name) for name in Workload.model_fields if name not in names
    }
    return terms.replace(time_band=band, traffic=terms.traffic.replace(workload=Workload(**given)))


def _need(terms: Terms) -> tuple[float, int]:
    """Return hours on the phones in the mean month of the term, and seats at the peak."""
    sized = agents_by_volume(terms)
    return float(sized.agent_h.mean()), seats_of(sized.agents.max(), terms.staff)
