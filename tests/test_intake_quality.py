"""What the quality of a history says of planted faults, and that it says nothing of clean ones."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused
from callplan.hours import OpeningHours
from callplan.intervals import grid, local_day, minute_of_day
from intake import bank_calls
from intake.quality import quality

ZONE = "Europe/Paris"
HOURS = OpeningHours.parse({"mon-fri": "08:00-18:00"})


def clean(mean=40.0, weeks=12, hours=HOURS, seed=1, queue="sales", minutes=30):
    """Poisson calls of one queue from Monday 1 January 2024 on, with handling times of 200 s a call."""
    last = date(2024, 1, 1) + pd.Timedelta(days=7 * weeks - 1)
    start = grid(date(2024, 1, 1), last, minutes, ZONE, hours)
    rng = np.random.default_rng(seed)
    shape = 1 + 0.5 * np.sin(minute_of_day(start) / 1440 * 2 * np.pi)
    offered = rng.poisson(mean * shape).astype(float)
    handled = rng.binomial(offered.astype(int), 0.95).astype(float)
    aht_s = np.where(handled > 0, 200 * rng.gamma(np.maximum(handled, 1), 1 / np.maximum(handled, 1)), np.nan)
    return pd.DataFrame(
        {
            "queue": queue,
            "start": start,
            "minutes": minutes,
            "offered": offered,
            "handled": handled,
            "aht_s": aht_s,
        }
    )


def at(history, first, last):
    """Tell the rows between two times of the local clock."""
    clock = history["start"].dt.tz_localize(None)
    return (clock >= first) & (clock < last)


def of_week(table, monday):
    (row,) = table[table["start"] == pd.Timestamp(monday, tz=ZONE)].to_dict("records")
    return row


@pytest.mark.parametrize("mean", [0.1, 1.0, 2.0, 8.0, 200.0])
@pytest.mark.parametrize("hours", [HOURS, None])
def test_clean_histories_are_sound_whatever_their_volume(mean, hours):
    table = quality(pd.concat([clean(mean, 20, hours, seed, f"q{seed}") for seed in range(4)]))
    assert set(table["grade"]) == {"A"}
    assert table["why"].isna().all()
    assert not table[["missing", "zeros", "handled_above", "aht_outliers", "duplicates"]].any(axis=None)
    assert table["due"].sum() == 4 * len(clean(mean, 20, hours))


def test_over_dispersed_days_and_calls_of_very_unlike_length_are_sound():
    history = clean(60, 40)
    rng = np.random.default_rng(3)
    of_day = pd.Series(rng.lognormal(0, 0.25, 400))[local_day(history["start"]).dt.day_of_year - 1].to_numpy()
    history["offered"] = rng.poisson(60 * of_day * rng.gamma(10, 0.1, len(history))).astype(float)
    history["handled"] = history["offered"]
    n = history["offered"].clip(lower=1)
    history["aht_s"] = 200 * np.exp(rng.standard_normal(len(n)) * np.sqrt(np.log(1 + 2 / n)))
    assert set(quality(history)["grade"]) == {"A"}


def test_zeros_of_a_queue_whose_calls_come_in_bursts_are_no_outage():
    history = clean(8, 40).drop(columns=["handled", "aht_s"])
    rng = np.random.default_rng(4)
    history["offered"] = rng.poisson(rng.gamma(0.7, 8 / 0.7, len(history))).astype(float)
    assert (history["offered"] == 0).mean() > 0.1
    assert not quality(history)["zeros"].any()


def test_a_gap_is_missing_whether_its_rows_are_absent_or_empty():
    history = clean()
    gap = at(history, "2024-02-06 10:00", "2024-02-06 12:00")
    for faulty in (history[~gap], history.assign(offered=history["offered"].mask(gap))):
        row = of_week(quality(faulty), "2024-02-05")
        assert (row["due"], row["missing"], row["grade"]) == (100, 4, "B")
        assert row["why"] == "missing: 4 of 100 intervals, first 2024-02-06 10:00"
        assert quality(faulty)["grade"].tolist().count("A") == 11


def test_an_absent_day_is_named_and_is_not_due_where_the_hours_say_closed():
    history = clean()
    history = history[~at(history, "2024-02-07", "2024-02-08")]
    row = of_week(quality(history), "2024-02-05")
    assert (row["missing"], row["grade"]) == (20, "C")
    assert row["why"].endswith("first 2024-02-07 08:00 (all of 2024-02-07: closed?)")
    hours = OpeningHours.parse({"mon-fri": "08:00-18:00", "dates": {"2024-02-07": "closed"}})
    row = of_week(quality(history, hours={"sales": hours}), "2024-02-05")
    assert (row["due"], row["missing"], row["grade"], row["why"]) == (80, 0, "A", None)


def test_a_christmas_week_is_no_d_and_a_week_of_which_most_is_lost_is():
    history = clean()
    two_days = history[~at(history, "2024-02-07", "2024-02-09")]
    assert of_week(quality(two_days), "2024-02-05")["grade"] == "C"
    four_days = history[~at(history, "2024-02-05", "2024-02-09")]
    assert of_week(quality(four_days), "2024-02-05")["grade"] == "D"
    none = history[~at(history, "2024-02-05", "2024-02-10")]
    row = of_week(quality(none), "2024-02-05")
    assert (row["due"], row["missing"], row["grade"]) == (100, 100, "D")
    assert np.isnan(row["level"])
    assert "(all of 2024-02-05, 2024-02-06, 2024-02-07 and 2 days more: closed?)" in row["why"]


def test_weeks_at_the_ends_count_what_lies_between_the_first_and_the_last_row():
    history = clean()
    history = history[at(history, "2024-01-03 12:00", "2024-03-19 09:30")]
    table = quality(history)
    # Wednesday from noon to Friday; Monday, and three half-hours of Tuesday.
    assert table["due"].iloc[[0, -1]].tolist() == [12 + 40, 20 + 3]
    assert set(table["grade"]) == {"A"}


def test_a_change_of_hours_is_no_gap():
    longer = clean(weeks=24, hours=OpeningHours.parse({"mon-sat": "08:00-20:00"}))
    early = at(longer, "2024-01-01", "2024-04-01") & (
        (longer["start"].dt.hour >= 18) | (longer["start"].dt.day_of_week == 5)
    )
    assert not quality(longer[~early])["missing"].any()


def test_an_outage_is_zeros_where_calls_always_come():
    history = clean()
    history.loc[at(history, "2024-02-06 10:00", "2024-02-06 12:00"), "offered"] = 0
    row = of_week(quality(history.drop(columns=["handled", "aht_s"])), "2024-02-05")
    assert (row["zeros"], row["missing"], row["grade"]) == (4, 0, "B")
    assert row["why"] == "zeros where calls always come: 4, first 2024-02-06 10:00"


def test_a_day_of_zeros_is_suspicious_and_a_quiet_holiday_is_not():
    history = clean(mean=10).drop(columns=["handled", "aht_s"])
    day = at(history, "2024-02-07", "2024-02-08")
    row = of_week(quality(history.assign(offered=history["offered"].mask(day, 0.0))), "2024-02-05")
    assert (row["zeros"], row["grade"]) == (20, "C")
    rng = np.random.default_rng(5)
    quiet = history.assign(offered=history["offered"].mask(day, rng.poisson(0.7, len(history))))
    assert ((quiet["offered"] == 0) & day).sum() > 5
    assert of_week(quality(quiet), "2024-02-05")["zeros"] == 0


def test_a_short_file_has_other_days_to_tell_what_is_usual():
    history = clean(weeks=1).drop(columns=["handled", "aht_s"])
    history.loc[at(history, "2024-01-03 10:00", "2024-01-03 12:00"), "offered"] = 0
    history = history[~at(history, "2024-01-04 10:00", "2024-01-04 11:00")]
    row = of_week(quality(history), "2024-01-01")
    assert (row["zeros"], row["missing"], row["grade"]) == (4, 2, "B")
    assert np.isnan(row["level"])


def test_handled_above_offered_is_named():
    history = clean()
    spot = at(history, "2024-02-06 10:00", "2024-02-06 11:00")
    history.loc[spot, "handled"] = history.loc[spot, "offered"] + [1, 2]
    row = of_week(quality(history), "2024-02-05")
    assert (row["handled_above"], row["grade"]) == (2, "B")
    assert "more handled than offered: 2, first 2024-02-06 10:00" in row["why"]


@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        ({"abandoned": 3.0}, "handled and abandoned above offered: 2"),
        ({"answered_within": 99.0}, "more answered in time than handled: 2"),
    ],
)
def test_parts_above_their_whole_are_named(faulty, said):
    history = clean()
    history = history.assign(
        abandoned=history["offered"] - history["handled"] + 0.5, answered_within=history["handled"]
    )
    spot = at(history, "2024-02-06 10:00", "2024-02-06 11:00")
    ((column, more),) = faulty.items()
    row = of_week(quality(history.assign(**{column: history[column] + more * spot})), "2024-02-05")
    assert (row["handled_above"], row["grade"]) == (2, "B")
    assert f"{said}, first 2024-02-06 10:00" in row["why"]
    assert set(quality(history)["grade"]) == {"A"}


@pytest.mark.parametrize("handled", [True, False])
def test_a_week_without_handling_times_is_no_a_where_others_have_them(handled):
    history = clean() if handled else clean().drop(columns="handled")
    week = at(history, "2024-02-05", "2024-02-12")
    table = quality(history.assign(aht_s=history["aht_s"].mask(week)))
    row = of_week(table, "2024-02-05")
    assert row["grade"] == "B"
    assert row["why"] == "no handling time: 100 intervals with calls, first 2024-02-05 08:00"
    assert table["grade"].tolist().count("A") == 11
    assert set(quality(history.drop(columns="aht_s"))["grade"]) == {"A"}


def test_a_handling_time_in_minutes_is_an_outlier_and_one_long_call_is_not():
    history = clean()
    minutes = at(history, "2024-02-06 10:00", "2024-02-06 10:30")
    faulty = history.assign(aht_s=history["aht_s"].mask(minutes, history["aht_s"] / 60))
    row = of_week(quality(faulty), "2024-02-05")
    assert (row["aht_outliers"], row["grade"]) == (1, "B")
    assert "handling times far from the usual: 1, first 2024-02-06 10:00" in row["why"]
    # One call of half an hour where one call came.
    quiet = clean(mean=1.0)
    single = quiet.index[quiet["handled"] == 1][100]
    quiet.loc[single, "aht_s"] = 1800
    assert quality(quiet)["aht_outliers"].sum() == 0


def test_handling_times_are_judged_from_their_totals_too():
    history = clean()
    seconds = (history["aht_s"] * history["handled"]).fillna(0)
    spot = at(history, "2024-02-06 10:00", "2024-02-06 10:30")
    totals = history.drop(columns="aht_s").assign(
        talk_s=seconds.mask(spot, seconds * 40) * 0.8, acw_s=seconds * 0.2
    )
    assert of_week(quality(totals), "2024-02-05")["aht_outliers"] == 1


def test_a_level_that_shifts_is_said_once_and_a_ramp_is_not():
    history = clean(weeks=24).drop(columns=["handled", "aht_s"])
    later = history["start"] >= pd.Timestamp("2024-04-01", tz=ZONE)
    shifted = quality(history.assign(offered=history["offered"].mask(later, 2 * history["offered"])))
    assert shifted["grade"].tolist().count("A") == 23
    assert of_week(shifted, "2024-04-01")["why"] == "from here on calls are at 201% of the weeks before"
    week = (local_day(history["start"]) - pd.Timestamp("2024-01-01")).dt.days // 7
    ramp = quality(history.assign(offered=(history["offered"] * 1.08**week).round()))
    assert set(ramp["grade"]) == {"A"}


@pytest.mark.parametrize(("factor", "grade"), [(0.7, "A"), (0.4, "B"), (2.5, "B"), (0.2, "C"), (0.05, "D")])
def test_a_week_far_off_the_usual(factor, grade):
    history = clean(mean=200).drop(columns=["handled", "aht_s"])
    week = at(history, "2024-02-05", "2024-02-12")
    row = of_week(
        quality(history.assign(offered=history["offered"].mask(week, (history["offered"] * factor).round()))),
        "2024-02-05",
    )
    assert row["level"] == pytest.approx(factor, rel=0.05)
    assert row["grade"] == grade
    assert ("calls are at" in (row["why"] or "")) == (grade != "A")


def test_weeks_that_vary_anyway_are_not_odd():
    history = clean(mean=200, weeks=40).drop(columns=["handled", "aht_s"])
    week = (local_day(history["start"]) - pd.Timestamp("2024-01-01")).dt.days // 7
    factor = pd.Series(np.random.default_rng(6).lognormal(0, 0.6, 40))
    table = quality(history.assign(offered=(history["offered"] * factor[week].to_numpy()).round()))
    assert ((table["level"] < 0.5) | (table["level"] > 2)).sum() > 5
    assert set(table["grade"]) == {"A"}


def test_the_level_is_that_of_whole_days():
    history = clean(mean=200).drop(columns=["handled", "aht_s"])
    cut = at(history, "2024-02-06", "2024-02-10") & (history["start"].dt.hour >= 12)
    row = of_week(quality(history[~cut]), "2024-02-05")
    assert row["missing"] == 4 * 12
    assert row["level"] == pytest.approx(1, abs=0.05)


def test_a_large_shift_is_said_once_and_its_neighbours_are_not_odd():
    history = clean(weeks=24).drop(columns=["handled", "aht_s"])
    later = history["start"] >= pd.Timestamp("2024-04-01", tz=ZONE)
    table = quality(history.assign(offered=history["offered"].mask(later, 10 * history["offered"])))
    assert table.loc[table["grade"] != "A", "start"].tolist() == [pd.Timestamp("2024-04-01", tz=ZONE)]
    assert of_week(table, "2024-04-01")["grade"] == "B"


def test_duplicates_come_from_who_read_the_file():
    start = pd.Series(
        pd.to_datetime(["2024-02-06 10:00", "2024-02-07 10:00", "2024-02-12 08:00"]).tz_localize(ZONE)
    )
    twice = pd.DataFrame({"queue": ["sales", "sales", "help"], "start": start, "count": [1, 3, 9]})
    row = of_week(quality(clean(), duplicates=twice), "2024-02-05")
    assert (row["duplicates"], row["grade"], row["why"]) == (
        4,
        "B",
        "rows that said an interval once more: 4",
    )


def test_days_of_23_and_25_hours_are_whole():
    history = clean(mean=20, weeks=52, hours=None)
    table = quality(history)
    assert of_week(table, "2024-03-25")["due"] == 7 * 48 - 2
    assert of_week(table, "2024-10-21")["due"] == 7 * 48 + 2
    assert set(table["grade"]) == {"A"}
    doubled = history["start"].dt.tz_localize(None).duplicated()
    assert doubled.sum() == 2
    assert of_week(quality(history[~doubled]), "2024-10-21")["missing"] == 2


def test_queues_have_their_own_lengths_and_weeks():
    table = quality(pd.concat([clean(queue="a", minutes=15, weeks=4), clean(queue="b", minutes=60, weeks=6)]))
    assert table["queue"].value_counts().to_dict() == {"a": 4, "b": 6}
    assert table.groupby("queue")["due"].first().tolist() == [200, 50]
    mixed = pd.concat([clean(weeks=1), clean(weeks=2, minutes=60).tail(50)])
    with pytest.raises(Refused, match="intervals of 30 and 60 minutes"):
        quality(mixed)


def test_the_bank_lacks_six_weekdays():
    table = quality(bank_calls())
    faulty = table[table["grade"] != "A"]
    days = faulty["why"].str.extract(r"\(all of (.*): closed\?\)")[0].tolist()
    assert days == ["2003-04-04", "2003-04-07", "2003-05-26", "2003-07-04", "2003-09-01", "2003-10-14"]
    assert set(faulty["grade"]) == {"C"}
    assert table["missing"].sum() == 6 * 28
