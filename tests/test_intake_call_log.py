"""A log of calls counted into intervals, beside a count by hand; zeros only where the log proves them."""

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from callplan.errors import Refused, Remark
from callplan.hours import OpeningHours
from callplan.intervals import local_day, minute_of_day
from intake.call_levels import service_levels
from intake.call_log import CallTally, aggregate_calls

ZONE = "Europe/Paris"
MONDAY = pd.Timestamp("2024-05-06", tz=ZONE)


def log(*calls, queue="sales", first=MONDAY, **columns):
    """Calls as (arrival, answer, end), each in seconds after `first`; None is unknown."""
    times = pd.DataFrame(calls, columns=["arrival", "answer", "end"], dtype=float)
    times = times.apply(lambda seconds: first + pd.to_timedelta(seconds, unit="s"))
    return times.assign(queue=queue, **columns)


def answered(*waits):
    return [(n, n + wait, n + wait + 60) for n, wait in enumerate(waits)]


def hung_up(*waits):
    return [(n, None, n + wait) for n, wait in enumerate(waits)]


def test_counts_what_a_hand_counts():
    calls = log(
        (0, 10, 110),  # answered in time, talks 100 s
        (1799.9, 1830, 1930),  # still of the first half hour, answered late, 100 s
        (1800, None, 1804),  # a short abandon of the second
        (1801, None, 1821),  # at just 20 s: within
        (1802, None, 1822.001),
    )
    history = aggregate_calls(calls, minutes=30, within_s=20)
    assert history["start"].tolist() == [MONDAY, MONDAY + pd.Timedelta(minutes=30)]
    by_hand = {
        "offered": [2, 3],
        "handled": [2, 0],
        "abandoned": [0, 3],
        "answered_within": [1, 0],
        "abandoned_within": [0, 2],
        "short_abandoned": [0, 1],
        "wait_s": [10 + 30.1, 0],
        "talk_s": [200, 0],
    }
    for name, counts in by_hand.items():
        assert history[name].tolist() == counts, name
    assert history["aht_s"].iloc[0] == 100
    assert np.isnan(history["aht_s"].iloc[1])
    assert "acw_s" not in history
    assert (history["within_s"].unique().tolist(), history["short_s"].unique().tolist()) == ([20], [5])


def test_talk_hold_and_after_call_work():
    calls = log((0, 0, 100), (1, 1, 101), hold_s=[30.0, None], acw_s=[10.0, 20.0], channel="voice")
    row = aggregate_calls(calls, minutes=30, within_s=20).iloc[0]
    # From answer to end is talk and hold: 200 s in all, 30 of them on hold.
    assert (row["talk_s"], row["hold_s"], row["acw_s"], row["aht_s"]) == (170, 30, 30, 115)
    assert row["channel"] == "voice"
    # Talk that is given stands; of a call without it nobody knows the hold.
    given = calls.assign(talk_s=[60.0, 90.0])
    row = aggregate_calls(given, minutes=30, within_s=20).iloc[0]
    assert row["talk_s"] == 150
    assert row[["hold_s", "aht_s"]].isna().all()


def test_a_total_of_which_a_part_is_unknown_is_empty_and_not_too_small():
    calls = log((0, 5, 105), (1, 5, None), (2000, 2005, 2105), acw_s=[10.0, 20.0, 30.0])
    history = aggregate_calls(calls, minutes=30, within_s=20)
    assert history["talk_s"].isna().tolist() == [True, False]
    assert history["aht_s"].isna().tolist() == [True, False]
    assert history["aht_s"].iloc[1] == 130
    assert history["acw_s"].tolist() == [30, 30]
    ends = log((0, None, None), (1, None, 3), abandoned=True)
    history = aggregate_calls(ends, minutes=30, within_s=20)
    assert history["abandoned"].tolist() == [2]
    assert history[["abandoned_within", "short_abandoned"]].isna().all(axis=None)


def test_what_is_neither_answered_nor_abandoned_is_counted_apart():
    calls = log((0, 5, 105), (1, None, 3), (2, None, 9), (3, None, None), abandoned=[None, None, False, None])
    tally = CallTally(30, 20)
    tally.add(calls)
    with pytest.warns(Remark, match=r"not offered: sales 2 \(blocked, diverted, still waiting"):
        history = tally.history()
    assert history["offered"].tolist() == [2]
    assert tally.apart == {"sales": 2}
    # Calls diverted at night prove no open hours.
    night = pd.concat([calls, log((80_000, None, 80_009), abandoned=False)], ignore_index=True)
    assert len(aggregate_calls(night, minutes=30, within_s=20)) == 1


@pytest.mark.parametrize(
    ("call", "column", "found"),
    [
        ((10, 5, 100), "answer", "answered 2024-05-06 00:00:05+02:00 before its arrival 2024-05-06 00:00:10"),
        ((10, 50, 40), "end", "ended 2024-05-06 00:00:40+02:00 before its answer 2024-05-06 00:00:50"),
        ((10, None, 9), "end", "ended 2024-05-06 00:00:09+02:00 before its arrival"),
        ((None, 5, 9), "arrival", "an empty cell"),
    ],
)
def test_rows_that_cannot_be_true_are_refused_and_the_rest_is_kept(call, column, found):
    calls = log((0, 5, 105), call, (2, 5, 105)).set_axis([2, 3, 4])
    tally = CallTally(30, 20)
    tally.add(calls)
    assert (tally.rows_read, tally.rows_refused) == (3, 1)
    (row,) = tally.refused.to_dict("records")
    assert (row["row"], row["column"]) == (3, column)
    assert row["found"].startswith(found)
    assert tally.history()["offered"].tolist() == [2]
    with pytest.warns(Remark, match=f"1 of 3 calls are left out, first row 3, column {column}"):
        aggregate_calls(calls, minutes=30, within_s=20)


def test_durations_and_flags_that_cannot_be_true():
    calls = log((0, 5, 105), (1, 5, 105), (2, 5, 105), (3, 5, 105), queue=["a", "a", "a", None])
    calls = calls.assign(talk_s=[100, "abc", None, 1], hold_s=[0, 0, 200, 0])
    calls["abandoned"] = [True, None, None, None]
    tally = CallTally(30, 20)
    tally.add(calls)
    assert tally.refused["column"].tolist() == ["abandoned", "talk_s", "hold_s", "queue"]
    assert tally.refused["found"].tolist()[1:3] == ["found 'abc'", "200 s on hold in a shorter call"]
    with pytest.raises(Refused, match="no call was answered or abandoned"):
        tally.history()


def test_of_many_refused_rows_the_first_thousand_are_kept_and_all_are_counted():
    tally = CallTally(30, 20)
    for batch in range(3):
        tally.add(log(*[(10, 5, 9)] * 700).set_axis(range(700 * batch, 700 * batch + 700)))
    assert (tally.rows_refused, tally.refused["row"].tolist()) == (2100, list(range(1000)))


def test_refuses_what_is_no_log():
    calls = log((0, 5, 105))
    with pytest.raises(Refused, match="no column 'answer'"):
        aggregate_calls(calls.drop(columns="answer"), minutes=30, within_s=20)
    with pytest.raises(Refused, match="column arrival: no time zone"):
        aggregate_calls(calls.assign(arrival=calls["arrival"].dt.tz_localize(None)), minutes=30, within_s=20)
    with pytest.raises(Refused, match="make it True, False or empty"):
        aggregate_calls(calls.assign(abandoned="perhaps"), minutes=30, within_s=20)
    with pytest.raises(Refused, match="row labels that occur twice"):
        aggregate_calls(pd.concat([calls, calls]), minutes=30, within_s=20)
    with pytest.raises(Refused, match="within_s: found -1"):
        CallTally(30, -1)
    with pytest.raises(Refused, match="the grid is 15, 30 or 60"):
        aggregate_calls(calls, minutes=20, within_s=20)


def test_channels_of_one_queue_are_remarked():
    calls = log((0, 5, 105), (1, 5, 105), channel=["voice", "chat"])
    with pytest.warns(Remark, match=r"several channels \(chat, voice\)"):
        history = aggregate_calls(calls, minutes=30, within_s=20)
    assert "channel" not in history


@st.composite
def logs(draw):
    count = draw(st.integers(1, 20))
    # Around the night in which the clock goes back: the doubled hour has intervals of its own.
    arrivals = sorted(draw(st.lists(st.integers(0, 6 * 3600), min_size=count, max_size=count)))
    calls = []
    for arrival in arrivals:
        wait, talk = draw(st.integers(0, 90)), draw(st.integers(0, 300))
        answer = draw(st.booleans())
        calls.append(
            (arrival, arrival + wait, arrival + wait + talk) if answer else (arrival, None, arrival + wait)
        )
    queues = draw(st.lists(st.sampled_from(["a", "b"]), min_size=count, max_size=count))
    first = pd.Timestamp("2024-10-27", tz=ZONE)
    return log(*calls, first=first, queue=queues), draw(st.integers(0, count))


@given(logs())
def test_any_log_is_counted_as_call_by_call_and_in_any_batches(case):
    calls, first = case
    history = aggregate_calls(calls, minutes=15, within_s=20)
    assert history["offered"].sum() == len(calls)
    for row in history.to_dict("records"):
        end = row["start"] + pd.Timedelta(minutes=15)
        inside = calls[
            (calls["queue"] == row["queue"]) & (calls["arrival"] >= row["start"]) & (calls["arrival"] < end)
        ]
        there = inside["answer"].notna()
        wait = (inside["answer"].fillna(inside["end"]) - inside["arrival"]).dt.total_seconds()
        assert row["offered"] == len(inside)
        assert row["handled"] == there.sum()
        assert row["answered_within"] == (there & (wait <= 20)).sum()
        assert row["short_abandoned"] == (~there & (wait <= 5)).sum()
        assert row["wait_s"] == wait[there].sum()
    tally = CallTally(15, 20)
    tally.add(calls.iloc[:first])
    tally.add(calls.iloc[first:])
    pd.testing.assert_frame_equal(tally.history(), history)


def calls_of(hours, days, per_interval, seed, skip=()):
    """Poisson calls at half-hours of local hours, on days counted from Monday."""
    rng = np.random.default_rng(seed)
    starts = pd.Series(pd.date_range(MONDAY, periods=48 * days, freq="30min"))
    clock = minute_of_day(starts) / 60
    open_ = sum(((clock >= first) & (clock < last)) for first, last in hours) > 0
    open_ &= ~local_day(starts).isin([pd.Timestamp(day) for day in skip])
    count = np.where(open_, rng.poisson(per_interval, len(starts)), 0)
    arrival = np.repeat(starts.dt.as_unit("us").array, count)
    arrival = pd.Series(arrival) + pd.to_timedelta(rng.integers(0, 1800, len(arrival)), unit="s")
    answer = arrival + pd.Timedelta(seconds=10)
    return pd.DataFrame({"queue": "q", "arrival": arrival, "answer": answer, "end": answer}), starts[open_]


def test_a_lunch_closed_and_a_holiday_are_no_zeros_and_a_quiet_half_hour_is():
    calls, open_ = calls_of([(9, 12), (13, 17)], 56, 2.0, 1, skip=["2024-05-09"])
    history = aggregate_calls(calls, minutes=30, within_s=20)
    assert (history["offered"] == 0).any()
    assert set(history["start"]) <= set(open_)
    # At the edges of a day, and where the whole log ends, a few may stay unknown.
    assert len(history) >= 0.99 * len(open_)


def test_a_queue_with_a_few_calls_a_day_has_zeros_all_round_the_clock():
    calls, open_ = calls_of([(0, 24)], 112, 0.05, 2)
    history = aggregate_calls(calls, minutes=30, within_s=20)
    assert len(history) > 0.85 * len(open_)
    # What is left out is so without regard to calls: the rate stays near the true one.
    assert history["offered"].mean() == pytest.approx(0.05, rel=0.15)


def test_one_call_at_night_does_not_open_the_night():
    calls, open_ = calls_of([(9, 17)], 56, 5.0, 3)
    night = log((3 * 3600, 3 * 3600 + 5, 3 * 3600 + 60), first=MONDAY + pd.Timedelta(days=21), queue="q")
    history = aggregate_calls(pd.concat([calls, night], ignore_index=True), minutes=30, within_s=20)
    outside = history[~history["start"].isin(open_)]
    assert outside["offered"].tolist() == [1]


def test_hours_that_are_stated_decide():
    calls = log((9 * 3600, 9 * 3600 + 5, 9 * 3600 + 60), ((24 + 10) * 3600, (24 + 10) * 3600 + 5, 4 * 86400))
    hours = OpeningHours.parse({"mon-fri": "09:00-12:00"})
    history = aggregate_calls(calls, minutes=60, within_s=20, hours={"sales": hours})
    clock = history["start"].dt.strftime("%a %H").tolist()
    # From the first call to the last, and no further.
    assert clock == ["Mon 09", "Mon 10", "Mon 11", "Tue 09", "Tue 10"]
    assert history["offered"].tolist() == [1, 0, 0, 0, 1]


def test_service_levels_of_the_definitions():
    waits = [*answered(*[20] * 860, *[21] * 140), *hung_up(*[5] * 10, *[20] * 10, *[21] * 40)]
    levels = service_levels(log(*waits), [20])
    shares = dict(zip(levels["convention"], levels["service_level"], strict=True))
    assert list(shares) == [
        *("offered", "answered", "abandon_positive", "abandon_ignored", "short_positive", "net_offered"),
        "virtual",
    ]
    assert shares["offered"] == pytest.approx(860 / 1060)
    published = {
        "offered": 81.13,
        "answered": 86.00,
        "abandon_positive": 83.02,
        "abandon_ignored": 82.69,
        "short_positive": 82.08,
        "net_offered": 81.90,
    }
    for name, percent in published.items():
        assert round(100 * shares[name], 2) == percent
    # Of 1,050 who still waited at 20 s, 860 were answered; no answer came before.
    assert shares["virtual"] == pytest.approx(860 / 1050)


def test_service_levels_at_several_t_and_where_a_log_does_not_tell():
    levels = service_levels(log(*answered(5, 15, 30), *hung_up(3)), [0, 10, 30], convention="offered")
    assert levels["service_level"].tolist() == [0, 0.25, 0.75]
    unknown = service_levels(log(*answered(5), (9, None, None), abandoned=[None, True]), [10])
    assert unknown["service_level"].head(2).tolist() == [0.5, 1]
    assert unknown["service_level"].tail(5).isna().all()
    with pytest.raises(Refused, match="did you mean offered"):
        service_levels(log(*answered(5)), [10], convention="offerd")
