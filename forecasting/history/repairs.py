"""What of a history a forecast does not learn from, or learns apart, and for what reason."""

import pandas as pd

from callplan.intervals import complete, local_day, minute_of_day, observed_hours
from callplan.tables import HISTORY, REPAIRS, check
from forecasting.calendar.calendar import Calendar
from forecasting.history.cleaning import clean, usual_counts
from forecasting.history.panel import build_panel


def repairs(history: pd.DataFrame, calendar: Calendar | None = None) -> pd.DataFrame:
    """Return the repairs (table `REPAIRS`) that a forecast makes before it learns, a stretch a row.

    The history itself is never changed. A *gap* is due and has no count: it is not zero. An *outage* is
    a run of zeros where dozens of calls are usual. An *outlier* is an interval far off the rest of its
    day, or a day far off its weekday and the days around it; five such days in a row are a new level
    instead. *Holidays*, *bridge days* and *events* teach their own kind, and not their weekday.

    >>> start = pd.date_range("2024-05-06 09:00", periods=28, freq="D", tz="Europe/Paris")
    >>> history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": 400.0})
    >>> history.loc[20, "offered"] = 0
    >>> repairs(history)[["start", "reason", "offered", "usual"]]
                          start  reason  offered  usual
    0 2024-05-26 09:00:00+02:00  outage      0.0  400.0
    """
    history = check(history, HISTORY)
    parts = [_of_queue(rows, calendar or Calendar()) for _, rows in history.groupby("queue")]
    result = pd.concat(parts, ignore_index=True)[REPAIRS.names()]
    return result if result.empty else check(result, REPAIRS)


def _of_queue(rows: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """Return the repairs of one queue."""
    days = local_day(rows["start"])
    panel, horizon = build_panel(rows, days.max(), 1, 1, calendar)
    _, reasons = clean(panel)
    usual = usual_counts(panel, panel.counts)
    due = complete(rows, calendar.hours or observed_hours(rows))
    place = (local_day(due["start"]) - days.min()).dt.days, minute_of_day(due["start"]) // horizon.minutes
    due = due.assign(
        reason=reasons[place], usual=usual[place], end=due["start"] + pd.Timedelta(minutes=horizon.minutes)
    )
    # A stretch goes on while the reason is the same and no closed hours lie between.
    begins = (due["reason"] != due["reason"].shift()) | (due["start"] != due["end"].shift())
    stretches = due.groupby(begins.cumsum())
    result = stretches[["queue", "start", "reason"]].first()
    result["end"] = stretches["end"].last()
    result[["offered", "usual"]] = stretches[["offered", "usual"]].sum(min_count=1)
    return result[result["reason"] != ""]
