"""What the pictures and sheets of a roster choose from its tables: its days, who works on one, doing what."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from callplan.intervals import first_instants, local_day

PAUSES = ("meal", "rest")
AWAY = ("training", "leave")


def days_of(starts: Iterable[pd.Series]) -> list[date]:
    """Return the local days from the first to the last on which anything starts."""
    days = pd.concat([local_day(times) for times in starts])
    return [day.date() for day in pd.date_range(days.min(), days.max())]


def labels(activities: pd.DataFrame) -> pd.Series:
    """Return what each activity is shown as: its queue, or itself.

    >>> doings = {"activity": ["work", "meal"], "queue": ["sales", None]}
    >>> list(labels(pd.DataFrame(doings)))
    ['sales', 'meal']
    """
    if "queue" not in activities:
        return activities["activity"]
    of_queue = (activities["activity"] == "work") & activities["queue"].notna()
    return activities["queue"].where(of_queue, activities["activity"])


def day_bounds(on: date, starts: pd.Series) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first instants of a local day and of the next one, in the zone of `starts`."""
    days = pd.Series(pd.DatetimeIndex([on, on + pd.Timedelta(days=1)]))
    first, last = first_instants(days, starts.dt.tz)
    return first, last


def at_work(
    shifts: pd.DataFrame, activities: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """Return what is done in the shifts that reach into a span, the first to start first.

    Beside each activity stand its `label`, and the `shift_start` and `shift_end` of its shift.
    """
    here = shifts[(shifts["start"] < last) & (shifts["end"] > first)]
    spans = here[["person", "start", "end"]].rename(columns={"start": "shift_start", "end": "shift_end"})
    rows = activities.assign(label=labels(activities)).merge(spans, on="person")
    inside = (rows["start"] >= rows["shift_start"]) & (rows["end"] <= rows["shift_end"])
    rows = rows[inside & (rows["end"] > first)]
    begins = rows.groupby("person")["shift_start"].transform("min")
    return rows.assign(begins=begins).sort_values(["begins", "person", "start"], ignore_index=True)


def away(activities: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> list[str]:
    """Count in words who is in training or on leave in a span."""
    today = activities[(activities["start"] < last) & (activities["end"] > first)]
    counts = {
        words: today.loc[today["activity"] == activity, "person"].nunique()
        for activity, words in (("training", "in training"), ("leave", "on leave"))
    }
    return [f"{people:,} {words}" for words, people in counts.items() if people]
