"""What columns are called for people, and how their values are written. Imports nothing heavy."""

import math
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

# The heading of a column and its unit; the meaning stands in `callplan.tables`.
WORDS = {
    "queue": ("Queue", ""),
    "start": ("Start", ""),
    "end": ("End", ""),
    "minutes": ("Length", "min"),
    "offered": ("Came", "calls"),
    "handled": ("Handled", "calls"),
    "abandoned": ("Abandoned", "share"),
    "answered_within": ("Answered in time", "calls"),
    "abandoned_within": ("Abandoned in that time", "calls"),
    "within_s": ("In time means within", "s"),
    "short_abandoned": ("Short abandons", "calls"),
    "short_s": ("Short means within", "s"),
    "talk_s": ("Talk, total", "s"),
    "hold_s": ("Hold, total", "s"),
    "acw_s": ("After-call work, total", "s"),
    "aht_s": ("Handling time", "s"),
    "wait_s": ("Waiting, total", "s"),
    "ivr": ("Contained in the IVR", "calls"),
    "blocked": ("Blocked", "share"),
    "transferred": ("Transferred", "calls"),
    "channel": ("Channel", ""),
    "model": ("Model", ""),
    "cutoff": ("History until", ""),
    "calls": ("Forecast", "calls"),
    "calls_lo": ("Band from", "calls"),
    "calls_hi": ("Band to", "calls"),
    "level": ("Band holds", "share"),
    "span": ("Span", ""),
    "quantile": ("Not more than forecast", "share"),
    "reason": ("Reason", ""),
    "usual": ("Usual", "calls"),
    "load": ("Load", "erlangs"),
    "sized_load": ("Load sized for", "erlangs"),
    "agents": ("On the phones", "agents"),
    "rostered": ("Rostered", "heads"),
    "service_level": ("Service level", "share"),
    "service_level_lo": ("Service level, many calls", "share"),
    "service_level_hi": ("Service level, few calls", "share"),
    "asa_s": ("Speed of answer", "s"),
    "occupancy": ("Occupancy", "share"),
    "set_by": ("Set by", ""),
    "goal": ("Goal", ""),
    "shift": ("Shift", ""),
    "heads": ("Heads", "heads"),
    "paid_h": ("Paid", "h"),
    "meal_start": ("Meal from", ""),
    "meal_end": ("Meal to", ""),
    "rests_after": ("Rests after hours", ""),
    "needed": ("Needed", "heads"),
    "staffed": ("Staffed", "heads"),
    "over": ("Over", "heads"),
    "under": ("Under", "heads"),
    "by": ("Level", ""),
    "lead_days": ("Days ahead", "days"),
    "error": ("Error", "calls"),
    "floor": ("Noise floor", "calls"),
    "within": ("Within tolerance", "0 or 1"),
    "verdict": ("Verdict", ""),
    "n": ("Compared", "rows"),
    "wape": ("WAPE", "share"),
    "bias": ("Bias", "share"),
    "mase": ("MASE", "ratio"),
    "hit_rate": ("Within tolerance", "share"),
    "noise_floor": ("Noise floor", "share"),
    "attainable": ("Attainable", "share"),
    "own_floor": ("Own noise floor", "calls"),
    "own_noise_floor": ("Own noise floor", "share"),
    "own_attainable": ("Own attainable", "share"),
    "workload_h": ("Workload", "h"),
    "volume_part": ("Error of the calls", "share"),
    "aht_part": ("Error of the handling time", "share"),
    "volume_bias": ("Bias of the calls", "share"),
    "aht_bias": ("Bias of the handling time", "share"),
    "aht_wape": ("WAPE of the handling time", "share"),
    "needed_h": ("Needed", "h"),
    "staffed_h": ("Staffed", "h"),
    "met": ("Intervals at goal", "share"),
    "delivered": ("Delivered", "share"),
    "delivered_met": ("Intervals at goal, delivered", "share"),
    "person": ("Person", ""),
    "contract": ("Contract", ""),
    "activity": ("Activity", ""),
    "shifts": ("Shifts", "shifts"),
    "nights": ("Nights", "shifts"),
    "weekends": ("Weekends", "weekends"),
    "late_ends": ("Late ends", "shifts"),
    "wishes": ("Wishes", "wishes"),
    "wishes_met": ("Wishes granted", "wishes"),
    "rule": ("Rule", ""),
    "found": ("Found", ""),
    "price": ("Price", "money"),
    "before": ("Before", ""),
    "after": ("After", ""),
    "kind": ("Kind", ""),
    "hours": ("Paid more", "h"),
    "gain_h": ("Mends", "h"),
    "with": ("With", ""),
    "in_exchange": ("In exchange for", ""),
    "trouble": ("Trouble", "place"),
    "rank": ("Rank", "place"),
    "short": ("Short", "heads"),
    "because": ("Because", ""),
    "way_out": ("Way out", ""),
    "mends_h": ("Mends", "h"),
    "hires": ("Hired", "heads"),
    "productive": ("In full work", "heads"),
    "leavers": ("Leave", "heads"),
    "item": ("What is assumed", ""),
    "value": ("Value", ""),
    "source": ("Source", ""),
    "status": ("Status", ""),
    "cost": ("Cost", "money"),
    "bound": ("Bound", "money"),
    "gap": ("Gap", "share"),
    "solver": ("Solver", ""),
    "stopped_by": ("Stopped by", ""),
    "share": ("Error in percent", "share"),
    "tolerance": ("Tolerance", "share"),
    "aht_came_s": ("Handling time, came", "s"),
    "over_h": ("Too many", "h"),
    "short_h": ("Too few", "h"),
    "volume_h": ("Of it calls", "h"),
    "aht_h": ("Of it handling times", "h"),
    "planned_service_level": ("Service level, planned", "share"),
    "step": ("Step", ""),
    "added": ("Added", "share"),
    "cause": ("Cause", ""),
    "since": ("Since", ""),
    "until": ("Until", ""),
    "lean": ("Leans", ""),
    "days": ("Days", "days"),
    "text": ("In words", ""),
    # What a week promises.
    "measure": ("Measure", ""),
    "p10": ("1 of 10 below", "share or s"),
    "p50": ("Half below", "share or s"),
    "p90": ("9 of 10 below", "share or s"),
    "limit": ("Goal", "share or s"),
    "chance": ("Chance to meet the goal", "share"),
    "late": ("Too late", "calls"),
    "one_more": ("With one head more", "share"),
    "one_fewer": ("With one head fewer", "share"),
    "scenario": ("Scenario", ""),
    "roster": ("Roster", ""),
    "override": ("Override", "count"),
    "first": ("First day", ""),
    "last": ("Last day", ""),
    "amount": ("Amount", "share or calls"),
    "who": ("Who", ""),
    "at": ("When", ""),
    "undone_by": ("Undone by", ""),
    "undone": ("Undone", ""),
    # Answers of single questions, such as `callplan erlang`.
    "p_wait": ("Have to wait", "share"),
    "expected": ("Expected", "share"),
    "replications": ("Played", "times"),
    "convention": ("Counted as", ""),
    "service_goal": ("Service goal", "share"),
    "lines": ("Lines", "lines"),
    "abandoned_share": ("Abandoned", "share"),
    "more": ("More agents", "agents"),
    "service_level_gain": ("Service level gained", "share"),
    "asa_s_gain": ("Speed of answer gained", "s"),
    "abandoned_gain": ("Abandoned less", "share"),
    "occupancy_gain": ("Occupancy less", "share"),
    "blocked_gain": ("Blocked less", "share"),
    "shrinkage": ("Shrinkage", "share"),
    "patience_s": ("Patience", "s"),
    "confidence": ("Confidence", "share"),
}


def heading(column: str) -> str:
    """Return what a column is called for people; one of the user's own keeps its name.

    >>> heading("service_level"), heading("site")
    ('Service level', 'site')
    """
    return WORDS.get(column, (column, ""))[0]


def unit(column: str, beside: Collection[str] = ()) -> str:
    """Return the unit of a column that stands `beside` those others.

    >>> unit("abandoned"), unit("abandoned", ["offered"])
    ('share', 'calls')
    """
    # In a history lost calls are counted, elsewhere they are a share of the offered ones.
    if column in ("abandoned", "blocked") and "offered" in beside:
        return "calls"
    # A promise is of any measure, and the hours of an override are of the clock.
    if column == "expected" and "measure" in beside:
        return "share or s"
    if column == "hours" and "amount" in beside:
        return ""
    return WORDS.get(column, ("", ""))[1]


def shown(values: Sequence[Any], unit: str = "", signed: bool = False, share_decimals: int = 1) -> list[str]:
    """Write the values of one column alike: shares as percent, others with three digits or more.

    >>> shown([0.8117, 1.0], "share"), shown([52.25, 7.0], "erlangs"), shown([35242.25, None], "calls")
    (['81.2%', '100.0%'], ['52.2', '7.0'], ['35,242', '–'])
    """
    numbers = [float(value) for value in values if _is_number(value)]
    sign = "+" if signed else ""
    form = f"{sign},.{share_decimals}%" if unit == "share" else f"{sign},.{decimals(numbers)}f"
    return [_written(value, form) for value in values]


def decimals(numbers: Sequence[float]) -> int:
    """Return how many decimals show at least three digits of the largest number, none for whole ones."""
    if all(number == round(number) for number in numbers):
        return 0
    largest = max(abs(number) for number in numbers)
    return 0 if largest >= 100 else 1 if largest >= 10 else 2


def missing(value: Any) -> bool:
    """Tell whether a cell is empty: None, or the number or time that does not equal itself."""
    return value is None or value != value


def moment(time: datetime) -> str:
    """Write a local time as people say it.

    >>> moment(datetime(2003, 10, 20, 7, 30))
    'Mon 20 Oct 07:30'
    """
    return f"{day(time)} {time:%H:%M}"


def day(time: date) -> str:
    """Write a local day, the same on every system and in every locale.

    >>> day(datetime(2003, 10, 6))
    'Mon 6 Oct'
    """
    return f"{_WEEKDAYS[time.weekday()]} {time.day} {_MONTHS[time.month - 1]}"


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _is_number(value: Any) -> bool:
    return not isinstance(value, str | datetime | bool) and not missing(value) and math.isfinite(value)


def _written(value: Any, form: str) -> str:
    if missing(value):
        return "–"
    if not _is_number(value):
        return str(value)
    text = format(float(value), form)
    # What rounds to nothing has no sign.
    return text if text.strip("+-0.,%") else text.lstrip("+-")
