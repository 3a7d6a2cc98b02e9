"""What kind of miss an error is, in words: noise, data, an event, or a bias.

Of each row, the first that holds:

1. `within tolerance`: |error| is at most the tolerance of the actual.
2. `data: no call in 6 intervals`: an outage explains it, a run of zeros that chance leaves less than
   once in a million (Poisson, Σ calls forecast > 13.8). A day without any call that the calendar names
   is taken for closed: an event.
3. `within noise`: |error| is at most 1.96 standard deviations of a count with the forecast's mean and
   the history's own dispersion; Poisson where that is not known.
4. `data: 12 of 28 intervals missing`: intervals of the day (week, month, quarter) were forecast but have
   no count although later ones have, and hold more than the tolerance of its forecast.
5. `event: NAME`: days explain it that the calendar names: an event of its own, a public holiday, an
   observance, the day before or after a holiday. The name is that with most of the error.
6. `over-forecast` or `under-forecast`.

An outage or an event explains a row if without it the rest misses by at most half as much, in proportion
to its forecast: a week that is 30% off on every day is not explained by its holiday.

Of many rows together, the first that holds: all within tolerance; Σ|error| within what chance leaves and
two standard deviations; data, or an event, if most of what is beyond chance stands on such rows; bias,
if the days err on one side more often than a coin would (p < 0.07: five of five, eight of nine); none of
these.
"""

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from forecasting.calendar.calendar import Calendar
from forecasting.calendar.daybook import daybook

# What one verdict is given to, and one row of accuracy.
SERIES = ["queue", "model", "weeks"]
TOLERANCE, OUTAGE, NOISE, GAP, EVENT, OVER, UNDER = range(7)
_TEXTS = np.array(["within tolerance", "", "within noise", "", "", "over-forecast", "under-forecast"], object)
# exp(-calls) is the chance that a Poisson count is 0.
_IMPOSSIBLE = -np.log(1e-6)


def named_days(rows: pd.DataFrame, calendar: Calendar | None) -> np.ndarray:
    """Return the name that a calendar has for each row's `day` in its `queue`, empty where it has none."""
    if calendar is None:
        return np.full(len(rows), "", dtype=object)
    number, queues = pd.factorize(rows["queue"])
    days = pd.date_range(rows["day"].min(), rows["day"].max(), freq="D")
    names = np.stack([_names(calendar, str(queue), days) for queue in queues])
    return names[number, ((rows["day"] - days[0]) // pd.Timedelta(days=1)).to_numpy()]


def _names(calendar: Calendar, queue: str, days: pd.DatetimeIndex) -> np.ndarray:
    book = daybook(calendar, queue, days)
    beside = np.where(book.bridge, "bridge day", "day").astype(object)
    names = np.where(book.after != "", beside + " after " + book.after, "")
    names = np.where(book.before != "", beside + " before " + book.before, names)
    names = np.where(book.observance != "", book.observance, names)
    names = np.where(book.holiday != "", book.holiday, names)
    own: dict[pd.Timestamp, list[str]] = {}
    for event in calendar.for_queue(queue).events:
        for day in pd.date_range(event.date, event.last):
            own.setdefault(day, []).append(event.name)
    return np.array([", ".join(own.get(day, [name])) for day, name in zip(days, names, strict=True)], object)


def outage_lengths(rows: pd.DataFrame) -> np.ndarray:
    """Return for each interval how long the outage is that it lies in, in intervals; 0 outside of any.

    A run of zeros goes on over closed hours, but not over a missing count. Each cutoff is looked at alone;
    its rows stand in order of time.
    """
    zero = (rows["offered"] == 0).to_numpy()
    lengths = np.zeros(len(rows), dtype=int)
    if not zero.any():
        return lengths
    of_forecast = rows.groupby(["queue", "model", "cutoff"], sort=False).ngroup().to_numpy()
    order = np.argsort(of_forecast, kind="stable")
    # Each row that is no zero begins a run, of the zeros after it.
    run = np.cumsum(~zero[order] | (np.diff(of_forecast[order], prepend=-1) != 0))
    calls = np.bincount(run, weights=np.where(zero, rows["calls"], 0.0)[order])
    lasted = np.bincount(run, weights=zero[order])
    lengths[order] = np.where(zero[order] & (calls[run] > _IMPOSSIBLE), lasted[run], 0)
    return lengths


def gaps(rows: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """Return the spans with missing counts that matter: queue, model, lead_days, span and `gap`, a text.

    After a queue's last count nothing is missing: it may be yet to come.
    """
    keys = ["queue", "model", "lead_days", "span"]
    last = rows["queue"].map(rows[rows["offered"].notna()].groupby("queue")["start"].max())
    due = rows.loc[rows["start"] <= last, [*keys, "calls", "offered"]]
    due = due.assign(missing=due["offered"].isna())
    spans = due.loc[due["missing"], keys].drop_duplicates()
    due = due.merge(spans, on=keys).assign(lost=lambda rows: rows["calls"] * rows["missing"])
    sums = due.groupby(keys).agg(
        due=("calls", "size"), missing=("missing", "sum"), calls=("calls", "sum"), lost=("lost", "sum")
    )
    sums = sums[sums["lost"] > tolerance * sums["calls"]].reset_index()
    sums["gap"] = [
        f"data: {missing} of {due} intervals missing"
        for missing, due in zip(sums["missing"], sums["due"], strict=True)
    ]
    return sums[[*keys, "gap"]]


def judge_rows(
    scored: pd.DataFrame, counted: pd.DataFrame, row: np.ndarray, gap: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the kind of each error and its verdict.

    `scored` has calls, error, within and phi; `counted` are the intervals that it sums, with queue, day,
    calls, offered, outage and name, and `row` tells which of its rows each belongs to; `gap` is a text
    or empty.
    """
    error, n = scored["error"].to_numpy(), len(scored)
    calls = counted["calls"].to_numpy()
    part = calls - counted["offered"].to_numpy()
    named = (counted["name"] != "").to_numpy()
    out = (counted["outage"] > 0).to_numpy() & ~(named & _closed(counted))

    mean = scored["calls"].to_numpy()

    def explain(where: np.ndarray) -> np.ndarray:
        """Tell in which rows the rest, without these intervals, misses by at most half as much."""
        gone = np.bincount(row[where], weights=calls[where], minlength=n)
        rest = error - np.bincount(row[where], weights=part[where], minlength=n)
        # Two sums of the same intervals may differ in their last digit: then nothing is left to explain.
        half = np.abs(error) / 2 * (mean - gone)
        return (gone > 0) & (np.isclose(gone, mean) | (rest * np.sign(error) * mean <= half))

    deviation = np.sqrt(mean + scored["phi"].fillna(0.0).to_numpy() * mean**2)
    noise = np.abs(error) <= 1.96 * deviation
    kind = np.select(
        [scored["within"] == 1, explain(out), noise, gap != "", explain(named), error > 0],
        [TOLERANCE, OUTAGE, NOISE, GAP, EVENT, OVER],
        UNDER,
    )
    text = _TEXTS[kind]
    text[kind == GAP] = gap[kind == GAP]
    longest = pd.Series(counted["outage"].to_numpy()[out]).groupby(row[out]).max()
    where = np.flatnonzero(kind == OUTAGE)
    text[where] = [
        f"data: no call in {length} interval{'s' if length > 1 else ''}" for length in longest.reindex(where)
    ]
    where = np.flatnonzero(kind == EVENT)
    text[where] = "event: " + _greatest(counted["name"].to_numpy()[named], part[named], row[named])[where]
    return kind, text


def _closed(counted: pd.DataFrame) -> np.ndarray:
    """Tell which intervals lie on a day without any call."""
    return (counted.groupby(["queue", "day"])["offered"].transform("max") == 0).to_numpy()


def _greatest(names: np.ndarray, part: np.ndarray, row: np.ndarray) -> pd.Series:
    """Return for each row the name under which most of its error stands."""
    sums = pd.Series(part).groupby([row, names]).sum().abs()
    by_row = sums.sort_values(kind="stable").reset_index().drop_duplicates("level_0", keep="last")
    return by_row.set_index("level_0")["level_1"]


def judge(scored: pd.DataFrame, counted: pd.DataFrame) -> pd.Series:
    """Say what kind of miss the errors of each queue, model and week of lead show together.

    `scored` are the errors that `judge_rows` judged, with their floors; `counted` are the intervals that
    they sum.
    """
    rows = scored.assign(
        floor=scored["own_floor"].fillna(scored["floor"]),
        phi=scored["phi"].fillna(0.0),
        absolute=scored["error"].abs(),
    )
    # The variance of |X - m| is that of X less the square of its mean.
    rows["alone"] = rows["mean"] + rows["phi"] * rows["mean"] ** 2 - rows["floor"] ** 2
    rows["squares"] = rows["calls"] ** 2
    groups, days = rows.groupby(SERIES), _days(counted)
    sums = groups[["absolute", "floor", "alone", "squares"]].sum()
    # The intervals of a day swing together.
    more = (days["squares"] - sums["squares"]).clip(lower=0.0)
    variance = (sums["alone"] + (1 - 2 / np.pi) * groups["phi"].first() * more).clip(lower=0.0)
    noise = sums["absolute"] <= sums["floor"] + 2 * np.sqrt(variance)
    hits = groups["within"].min() == 1
    said = np.where(hits, _TEXTS[TOLERANCE], np.where(noise, _TEXTS[NOISE], "")).astype(object)
    for i in np.flatnonzero(said == ""):
        key = sums.index[i]
        bias = _bias(int(days.loc[key, "over"]), int(days.loc[key, "under"]))
        said[i] = _cause(rows.iloc[groups.indices[key]]) or bias or "beyond noise, no steady bias"
    return pd.Series(said, sums.index)


def _days(counted: pd.DataFrame) -> pd.DataFrame:
    """Return how many days err to which side, and Σ of the squares of their calls, by series."""
    days = counted.groupby([*SERIES, "day"])[["calls", "offered"]].sum()
    days = days.assign(
        over=days["calls"] > days["offered"],
        under=days["calls"] < days["offered"],
        squares=days["calls"] ** 2,
    )
    return days.groupby(SERIES)[["over", "under", "squares"]].sum()


def _bias(over: int, under: int) -> str:
    """Say to which side the days err, if one side has more of them than chance gives it."""
    most, both = max(over, under), over + under
    if both == 0 or binomtest(most, both).pvalue >= 0.07:
        return ""
    return f"bias: {'over' if over > under else 'under'} on {most} of {both} days"


def _cause(rows: pd.DataFrame) -> str:
    """Say which data or event most of what is beyond chance stands on, if it does."""
    excess = rows["absolute"] - rows["floor"]
    for name, kinds in (("data", [OUTAGE, GAP]), ("event", [EVENT])):
        here = rows["kind"].isin(kinds)
        if excess[here].sum() > excess.sum() / 2:
            return _where(name, rows[here], rows)
    return ""


def _where(name: str, here: pd.DataFrame, rows: pd.DataFrame) -> str:
    """Say how much of the error stands where: `event: 3.1 of 5.2 percentage points on Easter Monday`."""
    largest = here.sort_values("absolute", ascending=False, kind="stable")["verdict"]
    came = rows["offered"].sum()
    if came == 0:
        return str(largest.iloc[0])
    part, whole = (100 * frame["absolute"].sum() / came for frame in (here, rows))
    place = _days_named(largest) if name == "event" else _spans(here["span"], rows["by"].iloc[0])
    return f"{name}: {part:.1f} of {whole:.1f} percentage points {place}"


def _days_named(verdicts: pd.Series) -> str:
    names = list(dict.fromkeys(verdicts.str.removeprefix("event: ")))
    more = [f"{len(names) - 2} more"] if len(names) > 2 else []
    return "on " + " and ".join([", ".join(names[:2]), *more] if more else names)


def _spans(spans: pd.Series, by: str) -> str:
    known = sorted(spans.unique())
    if by not in ("interval", "day"):
        return f"in {len(known)} {by}{'s' if len(known) > 1 else ''}"
    return f"on {known[0]:%a %Y-%m-%d}" if len(known) == 1 else f"on {len(known)} days"
