"""The grid, opening hours and aggregation, each against a second witness that steps through the clock."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from callplan.hours import WEEKDAYS, OpeningHours
from callplan.intervals import (
    GRIDS,
    TOTALS,
    aggregate,
    complete,
    grid,
    is_open,
    local_day,
    minute_of_day,
    named_zone,
    observed_hours,
    one_grid,
    pandas_zone,
)
from callplan.tables import HISTORY, check

# Days on which a clock was changed: by an hour, by half an hour, at midnight, twice over midnight.
CHANGES = [
    ("America/New_York", date(2003, 4, 6)),
    ("America/New_York", date(2003, 10, 26)),
    ("Europe/Paris", date(2024, 3, 31)),
    ("Europe/Paris", date(2024, 10, 27)),
    ("Europe/Dublin", date(2024, 10, 27)),
    ("Australia/Lord_Howe", date(2024, 4, 7)),
    ("Australia/Lord_Howe", date(2024, 10, 6)),
    ("Asia/Jerusalem", date(2024, 3, 29)),
    ("Asia/Jerusalem", date(2024, 10, 27)),
    ("Asia/Beirut", date(2024, 3, 31)),
    ("America/Sao_Paulo", date(2017, 10, 15)),
    ("America/Sao_Paulo", date(2018, 2, 17)),
    ("America/Havana", date(2024, 11, 3)),
    ("Asia/Kolkata", date(2024, 3, 31)),
]
a_change = st.sampled_from(CHANGES)
near = st.integers(-2, 2).map(lambda days: timedelta(days=days))


def stepped(day: date, minutes: int, zone: str) -> list[str]:
    """Return the left edges of a local day, found by walking through three days of UTC."""
    walk = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    instants = [(walk + timedelta(minutes=15 * step)).astimezone(ZoneInfo(zone)) for step in range(3 * 96)]
    return [str(t) for t in instants if t.date() == day and (t.hour * 60 + t.minute) % minutes == 0]


# ── the grid ──────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=150)
@given(a_change, near, st.sampled_from(GRIDS))
def test_a_days_grid_is_what_its_clock_shows(change: tuple[str, date], off: timedelta, minutes: int) -> None:
    zone, day = change[0], change[1] + off
    starts = grid(day, day, minutes, zone)
    assert starts.map(str).tolist() == stepped(day, minutes, zone)
    assert str(starts.dt.tz) == zone
    assert starts.name == "start"


@given(a_change, st.integers(0, 4), st.sampled_from(GRIDS))
def test_days_join_without_gap_or_overlap(change: tuple[str, date], more: int, minutes: int) -> None:
    zone, first = change[0], change[1] - timedelta(days=2)
    last = first + timedelta(days=more)
    whole = grid(first, last, minutes, zone)
    days = [
        grid(first + timedelta(days=n), first + timedelta(days=n), minutes, zone) for n in range(more + 1)
    ]
    assert whole.tolist() == [start for day in days for start in day]
    assume((zone, minutes) != ("Australia/Lord_Howe", 60))
    assert (whole.diff().dropna() == pd.Timedelta(minutes=minutes)).all()


@pytest.mark.parametrize(
    ("zone", "day", "half_hours"),
    [
        ("America/New_York", date(2003, 4, 5), 48),
        ("America/New_York", date(2003, 4, 6), 46),
        ("America/New_York", date(2003, 10, 26), 50),
        ("Australia/Lord_Howe", date(2024, 4, 7), 49),
        ("Australia/Lord_Howe", date(2024, 10, 6), 47),
        ("America/Sao_Paulo", date(2017, 10, 15), 46),
        ("America/Havana", date(2024, 11, 3), 50),
    ],
)
def test_a_day_has_as_many_half_hours_as_its_clock_shows(zone: str, day: date, half_hours: int) -> None:
    assert len(grid(day, day, 30, zone)) == half_hours
    assert len(grid(day, day, 30, ZoneInfo(zone))) == half_hours


def test_a_day_without_midnight_begins_at_one() -> None:
    assert str(grid(date(2017, 10, 15), date(2017, 10, 15), 60, "America/Sao_Paulo")[0]) == (
        "2017-10-15 01:00:00-02:00"
    )


def test_a_day_with_two_midnights_begins_at_the_first() -> None:
    starts = grid(date(2024, 11, 3), date(2024, 11, 3), 60, "America/Havana")
    assert [str(start) for start in starts[:2]] == ["2024-11-03 00:00:00-04:00", "2024-11-03 00:00:00-05:00"]


def test_hours_stay_on_the_hour_where_the_clock_is_changed_by_half_of_one() -> None:
    back = grid(date(2024, 4, 7), date(2024, 4, 7), 60, "Australia/Lord_Howe")
    assert set(back.dt.minute) == {0}
    assert back.diff().value_counts().to_dict() == {pd.Timedelta("60min"): 22, pd.Timedelta("90min"): 1}


def test_the_grid_is_in_microseconds_for_every_pandas() -> None:
    assert grid(date(2024, 5, 6), date(2024, 5, 6), 30, "UTC").dt.unit == "us"


@pytest.mark.parametrize(
    ("first", "last", "minutes", "line"),
    [
        (6, 6, 20, "minutes: found 20; the grid is 15, 30 or 60 minutes"),
        (6, 5, 30, "days: the last day 2024-05-05 lies before the first 2024-05-06; swap them"),
    ],
)
def test_a_grid_that_cannot_be_is_refused(first: int, last: int, minutes: int, line: str) -> None:
    with pytest.raises(Refused) as refused:
        grid(date(2024, 5, first), date(2024, 5, last), minutes, "Europe/Paris")
    assert str(refused.value) == line


def test_a_grid_needs_a_zone_that_there_is() -> None:
    with pytest.raises(Refused, match=r"^zone: unknown time zone 'Paris'; did you mean Europe/Paris\?$"):
        grid(date(2024, 5, 6), date(2024, 5, 6), 30, "Paris")


# ── time zones ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("europe/paris", "did you mean Europe/Paris?"),
        ("Europe/Pari", "did you mean Europe/Paris?"),
        ("Paris", "did you mean Europe/Paris?"),
        ("new york", "did you mean America/New_York?"),
        ("+02:00", "name it as Europe/Paris or America/New_York"),
        ("../etc/passwd", "name it as Europe/Paris or America/New_York"),
        ("", "name it as Europe/Paris or America/New_York"),
    ],
)
def test_an_unknown_zone_is_refused_with_the_nearest(name: str, advice: str) -> None:
    with pytest.raises(Refused) as refused:
        named_zone(name, "site.toml, zone")
    assert str(refused.value) == f"site.toml, zone: unknown time zone {name!r}; {advice}"


def test_pandas_gets_a_zone_by_name_or_as_it_is() -> None:
    assert pandas_zone(ZoneInfo("Europe/Paris")) == "Europe/Paris"
    assert pandas_zone(UTC) is UTC


def test_local_day_and_minute_follow_the_local_clock() -> None:
    # The first evening lies in the next day of UTC; the second day has no midnight at all.
    instants = pd.DatetimeIndex(["2017-10-15 02:30", "2017-10-15 03:00"], tz="UTC")
    starts = pd.Series(instants.tz_convert("America/Sao_Paulo"))
    assert [str(day.date()) for day in local_day(starts)] == ["2017-10-14", "2017-10-15"]
    assert local_day(starts).dt.tz is None
    assert minute_of_day(starts).tolist() == [1410, 60]


# ── opening hours ─────────────────────────────────────────────────────────────────────────────────


def spans_of_a_day() -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    edges = st.lists(st.integers(0, 1440), max_size=6, unique=True).map(sorted)
    return edges.map(lambda e: tuple(zip(e[0::2], e[1::2], strict=False)))


opening = st.builds(
    OpeningHours,
    week=st.tuples(*[spans_of_a_day()] * 7),
    dates=st.dictionaries(st.dates(date(2024, 3, 29), date(2024, 4, 2)), spans_of_a_day(), max_size=2),
)


def as_toml(hours: OpeningHours) -> dict[str, object]:
    def text(spans: tuple[tuple[int, int], ...]) -> str:
        clock = [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans]
        return ", ".join(clock) or "closed"

    dates = {str(day): text(spans) for day, spans in hours.dates.items()}
    return {**{day: text(hours.week[n]) for n, day in enumerate(WEEKDAYS)}, "dates": dates}


@given(opening)
def test_opening_hours_come_back_from_their_text(hours: OpeningHours) -> None:
    assert OpeningHours.parse(as_toml(hours)) == hours


@given(opening, a_change, st.sampled_from(GRIDS))
def test_an_interval_is_open_if_any_minute_of_it_is(
    hours: OpeningHours, change: tuple[str, date], minutes: int
) -> None:
    zone, day = change
    starts = grid(day - timedelta(days=1), day + timedelta(days=1), minutes, zone)
    expected = []
    for start in starts:
        spans = hours.dates.get(start.date(), hours.week[start.weekday()])
        clock = start.hour * 60 + start.minute
        expected.append(any(a <= m < b for m in range(clock, clock + minutes) for a, b in spans))
    assert is_open(hours, starts, minutes).tolist() == expected
    due = grid(day - timedelta(days=1), day + timedelta(days=1), minutes, zone, hours)
    assert due.tolist() == starts[expected].tolist()
    assert due.index.tolist() == list(range(len(due)))


def test_opening_hours_are_wall_clock_hours_on_either_side_of_a_change() -> None:
    hours = OpeningHours.parse({"sat-mon": "07:00-21:00"})
    starts = grid(date(2003, 4, 5), date(2003, 4, 7), 30, "America/New_York", hours)
    assert starts.groupby(local_day(starts)).agg(["size", "min", "max"]).map(str).to_numpy().tolist() == [
        ["28", "2003-04-05 07:00:00-05:00", "2003-04-05 20:30:00-05:00"],
        ["28", "2003-04-06 07:00:00-04:00", "2003-04-06 20:30:00-04:00"],
        ["28", "2003-04-07 07:00:00-04:00", "2003-04-07 20:30:00-04:00"],
    ]


# ── aggregation ───────────────────────────────────────────────────────────────────────────────────


@st.composite
def histories(draw: st.DrawFn) -> pd.DataFrame:
    """Return two queues around a change of the clock, some rows absent, some counts empty."""
    zone, day = draw(a_change)
    minutes = draw(st.sampled_from([5, 10, 15, 30]))
    first = grid(day, day, 15, zone).iloc[0] + pd.Timedelta(minutes=draw(st.sampled_from([0, 60, 1320])))
    starts = pd.Series(pd.date_range(first, periods=240 // minutes, freq=f"{minutes}min")).dt.as_unit("us")
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    frames = []
    for queue in ("a", "b"):
        offered = rng.poisson(3, len(starts)).astype(float)
        handled = rng.binomial(offered.astype(int), 0.8).astype(float)
        aht_s = np.where(handled > 0, rng.integers(60, 600, len(starts)), np.nan)
        frame = pd.DataFrame({"queue": queue, "start": starts, "minutes": minutes, "offered": offered})
        frames.append(frame.assign(handled=handled, aht_s=aht_s))
    history = pd.concat(frames, ignore_index=True)
    history.loc[rng.random(len(history)) < draw(st.sampled_from([0, 0.05])), "offered"] = np.nan
    return history[rng.random(len(history)) >= draw(st.sampled_from([0, 0.05]))]


def whole_interval(start: pd.Timestamp, minutes: int) -> datetime:
    """Return the left edge that the clock showed last, found by walking back through time."""
    instant = start.to_pydatetime().astimezone(UTC)
    zone = ZoneInfo(str(start.tz))
    while (local := instant.astimezone(zone)).hour * 60 % minutes or local.minute % minutes:
        instant -= timedelta(minutes=5)
    return instant


@settings(max_examples=100)
@given(histories(), st.sampled_from([30, 60]))
def test_totals_add_up_and_what_is_missing_stays_missing(history: pd.DataFrame, minutes: int) -> None:
    assume(len(history) > 0)
    part = int(history["minutes"].iloc[0])
    zone = str(history["start"].dt.tz)
    seen: dict[tuple[str, datetime], list[tuple[float, float, float]]] = defaultdict(list)
    for row in history.itertuples():
        seen[row.queue, whole_interval(row.start, minutes)].append((row.offered, row.handled, row.aht_s))
    result = aggregate(history, minutes)
    keys = [(row.queue, row.start.to_pydatetime().astimezone(UTC)) for row in result.itertuples()]
    assert keys == sorted(seen)
    assert set(result["minutes"]) == {minutes}
    assert list(result.columns) == list(history.columns)
    for row, key in zip(result.itertuples(), keys, strict=True):
        end = key[1] + timedelta(minutes=part)
        while whole_interval(pd.Timestamp(end).tz_convert(zone), minutes) == key[1]:
            end += timedelta(minutes=part)
        due = (end - key[1]) // timedelta(minutes=part)
        offered, handled, _ = zip(*seen[key], strict=True)
        known = len(offered) == due and not np.isnan(offered).any()
        assert row.offered == sum(offered) if known else np.isnan(row.offered)
        assert row.handled == sum(handled) if known else np.isnan(row.handled)
        if known and sum(handled):
            # Weighted by handled calls: the workload is the same before and after.
            assert row.aht_s * row.handled == pytest.approx(sum(h * s for _, h, s in seen[key] if h))
        else:
            assert np.isnan(row.aht_s)


def test_the_tiny_hours(tiny_history: pd.DataFrame) -> None:
    hourly = aggregate(tiny_history, 60)
    assert [f"{start:%H:%M%z}" for start in hourly["start"]] == ["09:00+0200", "10:00+0200", "11:00+0200"]
    assert hourly["offered"].fillna(-1).tolist() == [40, -1, -1]  # 10:30 is missing, 11:30 not there
    assert hourly["aht_s"].fillna(-1).tolist() == [175, -1, -1]


def test_parts_outside_the_opening_hours_are_not_due(
    tiny_history: pd.DataFrame, tiny_hours: OpeningHours
) -> None:
    hourly = aggregate(tiny_history, 60, tiny_hours)
    assert hourly["offered"].fillna(-1).tolist() == [40, -1, 20]  # 11:30 is closed
    assert hourly["aht_s"].fillna(-1).tolist() == [175, -1, 150]


def test_what_came_in_closed_hours_is_kept(tiny_history: pd.DataFrame) -> None:
    hourly = aggregate(tiny_history, 60, OpeningHours.parse({"mon": "09:00-10:00"}))
    assert hourly["offered"].tolist() == [40, 0, 20]


@pytest.mark.parametrize(
    ("day", "half_hours", "hours"), [(date(2003, 4, 6), 46, 23), (date(2003, 10, 26), 50, 25)]
)
def test_days_of_46_and_50_half_hours_become_23_and_25_hours(day: date, half_hours: int, hours: int) -> None:
    fives = pd.Series(pd.date_range(f"{day}", periods=12 * hours, freq="5min", tz="America/New_York"))
    history = pd.DataFrame({"queue": "q", "start": fives, "minutes": 5, "offered": 1.0})
    halves = aggregate(history, 30)
    assert halves["offered"].tolist() == [6] * half_hours
    assert halves["start"].tolist() == grid(day, day, 30, "America/New_York").tolist()
    hourly = aggregate(halves, 60)
    assert hourly["offered"].tolist() == [12] * hours
    assert hourly["start"].tolist() == grid(day, day, 60, "America/New_York").tolist()


def test_the_longer_hour_of_a_half_hour_change_needs_all_its_parts() -> None:
    day = date(2024, 4, 7)
    starts = grid(day, day, 30, "Australia/Lord_Howe")
    history = pd.DataFrame({"queue": "q", "start": starts, "minutes": 30, "offered": 1.0})
    assert aggregate(history, 60)["offered"].tolist() == [2, 3, *[2] * 22]
    assert aggregate(history.drop(index=4), 60)["offered"].fillna(-1).tolist() == [2, -1, *[2] * 22]
    assert (
        check(aggregate(history, 60), HISTORY)["start"].tolist() == grid(day, day, 60, starts.dt.tz).tolist()
    )


def test_aht_is_weighted_by_offered_where_handled_is_unknown(tiny_history: pd.DataFrame) -> None:
    rows = tiny_history.head(2).assign(handled=[30.0, 10.0])
    assert aggregate(rows, 60)["aht_s"].tolist() == [125]
    assert aggregate(rows.assign(handled=np.nan), 60)["aht_s"].tolist() == [175]


def test_a_part_whose_aht_is_unknown_leaves_the_whole_unknown(tiny_history: pd.DataFrame) -> None:
    rows = tiny_history.head(2).assign(aht_s=[np.nan, 200.0])
    assert aggregate(rows, 60)["aht_s"].isna().all()
    assert aggregate(rows, 60)["offered"].tolist() == [40]
    # No call, no AHT: nothing is unknown.
    assert aggregate(rows.assign(offered=[0.0, 30.0]), 60)["aht_s"].tolist() == [200]


def test_every_total_adds_up_and_what_describes_is_kept(tiny_history: pd.DataFrame) -> None:
    rows = tiny_history.head(2).assign(**{name: [1.0, 2.0] for name in TOTALS})
    rows = rows.assign(within_s=20.0, short_s=5.0, channel=["voice", None])
    (row,) = aggregate(rows, 60).to_dict("records")
    assert {name: row[name] for name in TOTALS} == dict.fromkeys(TOTALS, 3.0)
    assert (row["within_s"], row["short_s"], row["channel"]) == (20, 5, "voice")


def test_totals_are_columns_of_a_history() -> None:
    numbers = [column.name for column in HISTORY.columns if column.dtype == "number"]
    assert set(numbers) - set(TOTALS) == {"within_s", "short_s", "aht_s"}


def test_one_column_may_be_unknown_where_another_is_known(tiny_history: pd.DataFrame) -> None:
    rows = tiny_history.head(2).assign(blocked=[1.0, np.nan])
    (row,) = aggregate(rows, 60).to_dict("records")
    assert row["offered"] == 40
    assert np.isnan(row["blocked"])


def test_queues_of_several_lengths_are_brought_to_one(tiny_history: pd.DataFrame) -> None:
    quarters = tiny_history.head(1).assign(queue="late", minutes=15)
    later = quarters.assign(start=quarters["start"] + pd.Timedelta(minutes=15))
    mixed = pd.concat([tiny_history, quarters, later], ignore_index=True)
    result = aggregate(mixed, 30).set_index(["queue", "start"])["offered"]
    assert result["late"].tolist() == [20]
    assert result["sales"].tolist() == [10, 30, 0, 20]


def test_categories_that_no_row_has_make_no_rows(tiny_history: pd.DataFrame) -> None:
    queue = pd.Categorical(tiny_history["queue"], categories=["sales", "gone"])
    assert aggregate(tiny_history.assign(queue=queue, channel="voice"), 60)["queue"].tolist() == ["sales"] * 3


@pytest.mark.filterwarnings("error")
def test_text_of_the_users_own_is_kept_where_it_does_not_vary(tiny_history: pd.DataFrame) -> None:
    rows = tiny_history.head(2).assign(site="Lyon", holiday=False, note=None, due="soon")
    (row,) = aggregate(rows, 60).to_dict("records")
    assert (row["site"], row["holiday"], row["note"], row["due"]) == ("Lyon", False, None, "soon")
    assert list(aggregate(rows, 60)) == list(rows)


def test_columns_of_the_users_own_are_not_lost_silently(tiny_history: pd.DataFrame) -> None:
    rows = tiny_history.head(2).assign(vip=5, half=[0.5, 0.7], weather=["sun", "rain"], holiday=[True, None])
    with pytest.warns(Remark) as remarks:
        hours = aggregate(rows.assign(site="Lyon"), 60)
    assert list(hours) == [*tiny_history, "site"]
    assert [str(remark.message) for remark in remarks] == [
        "vip, half, weather, holiday: left out of intervals of 60 minutes, for nothing tells how to sum it"
    ]


@pytest.mark.parametrize(("have", "want"), [(30, 15), (60, 30), (30, 5), (20, 30), (30, 120)])
def test_calls_are_never_split_again(tiny_history: pd.DataFrame, have: int, want: int) -> None:
    with pytest.raises(Refused) as refused:
        aggregate(tiny_history.assign(minutes=have), want)
    assert str(refused.value) == (
        f"aggregate: intervals of {have} minutes cannot become {want}-minute ones; "
        "choose 15, 30 or 60, a multiple of what there is: calls cannot be split again"
    )


@pytest.mark.parametrize("column", ["within_s", "short_s", "channel"])
def test_what_varies_cannot_be_summed(tiny_history: pd.DataFrame, column: str) -> None:
    rows = tiny_history.assign(**{column: [1.0, 2.0, 2.0, 2.0]})
    with pytest.raises(Refused) as refused:
        aggregate(rows, 60)
    assert str(refused.value) == f"queue sales, column {column}: several values; aggregate each value apart"
    with pytest.raises(Refused, match="queue sales"):
        aggregate(pd.concat([rows.tail(1).assign(queue="a"), rows]), 60)
    aggregate(rows.assign(queue=["a", "b", "b", "b"]), 60)


# ── closed, missing, zero ─────────────────────────────────────────────────────────────────────────


def test_closed_missing_and_zero_are_three_things(
    tiny_history: pd.DataFrame, tiny_hours: OpeningHours
) -> None:
    full = complete(tiny_history, tiny_hours)
    assert [f"{start:%H:%M}" for start in full["start"]] == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    assert full["offered"].fillna(-1).tolist() == [10, 30, 0, -1, 20]
    assert full["queue"].tolist() == ["sales"] * 5
    assert full["minutes"].tolist() == [30] * 5
    assert list(full.columns) == list(tiny_history.columns)
    pd.testing.assert_frame_equal(check(full, HISTORY), full, check_dtype=False)


def test_without_hours_every_interval_of_the_days_is_due(tiny_history: pd.DataFrame) -> None:
    assert len(complete(tiny_history)) == 48
    next_day = tiny_history.assign(start=tiny_history["start"] + pd.Timedelta(days=1), queue="late")
    both = complete(pd.concat([tiny_history, next_day], ignore_index=True))
    assert both.groupby("queue")["start"].agg(["size", "min"]).map(str).to_dict("index") == {
        "late": {"size": "48", "min": "2024-05-07 00:00:00+02:00"},
        "sales": {"size": "48", "min": "2024-05-06 00:00:00+02:00"},
    }
    assert both.index.tolist() == list(range(96))


def test_calls_in_closed_hours_are_left_out_and_remarked(tiny_history: pd.DataFrame) -> None:
    with pytest.warns(Remark) as remarks:
        full = complete(tiny_history, OpeningHours.parse({"mon": "10:00-12:00"}))
    assert full["offered"].sum() == 20
    assert [str(remark.message) for remark in remarks] == [
        "sales: 40 calls in 2 closed intervals are left out (first 2024-05-06 09:00:00+02:00); "
        "widen the opening hours to keep them"
    ]


def test_a_single_call_left_out_is_remarked(tiny_history: pd.DataFrame) -> None:
    with pytest.warns(Remark, match="sales: 1 calls in 1 closed intervals"):
        complete(tiny_history.assign(offered=1.0), OpeningHours.parse({"mon": "09:30-11:30"}))


@pytest.mark.filterwarnings("error")
def test_empty_intervals_in_closed_hours_are_left_out_silently(tiny_history: pd.DataFrame) -> None:
    rows = tiny_history.assign(offered=[0.0, np.nan, 1.0, 1.0])
    assert len(complete(rows, OpeningHours.parse({"mon": "10:00-11:30"}))) == 3


def test_one_grid_is_one_length(tiny_history: pd.DataFrame) -> None:
    assert one_grid(tiny_history) == 30
    with pytest.raises(Refused) as refused:
        one_grid(tiny_history.assign(minutes=[30, 15, 15, 30]))
    assert str(refused.value) == (
        "queue sales: intervals of 15 and 30 minutes; bring all to one length first: aggregate(history, 30)"
    )


@given(opening, st.sampled_from(GRIDS))
def test_hours_are_observed_as_they_were(hours: OpeningHours, minutes: int) -> None:
    on_grid = tuple(
        tuple((a // 60 * 60, b // 60 * 60) for a, b in spans if b // 60 > a // 60) for spans in hours.week
    )
    week = OpeningHours(week=on_grid)
    starts = grid(date(2024, 4, 1), date(2024, 4, 28), minutes, "Asia/Kolkata", week)
    assume(len(starts) > 0)
    seen = observed_hours(pd.DataFrame({"queue": "q", "start": starts, "minutes": minutes, "offered": 1.0}))
    days = [date(2024, 4, 1) + timedelta(days=n) for n in range(7)]
    for day in days:
        assert grid(day, day, 15, "UTC", seen).tolist() == grid(day, day, 15, "UTC", week).tolist()


def test_hours_count_as_open_if_half_the_recent_days_had_them() -> None:
    def mondays(*clocks: str) -> pd.DataFrame:
        days = [date(2024, 5, 6) + timedelta(weeks=week) for week in range(len(clocks))]
        texts = [f"{day} {clock}" for day, times in zip(days, clocks, strict=True) for clock in times.split()]
        starts = pd.Series(pd.to_datetime(texts)).dt.tz_localize("Europe/Paris")
        return pd.DataFrame({"queue": "q", "start": starts, "minutes": 30})

    assert observed_hours(mondays("09:00 09:30", "09:00")).week == (((540, 600),), *[()] * 6)
    rows = mondays("08:00", "09:00 10:00", "09:00")
    assert observed_hours(rows, weeks=2).week[0] == ((540, 570), (600, 630))
    assert observed_hours(rows, weeks=3).week[0] == ((540, 570),)
    # By default the last eight: the first of these nine weeks does not count.
    rows = mondays("09:00", *["09:00", "09:00 10:00"] * 4)
    assert observed_hours(rows).week[0] == ((540, 570), (600, 630))
