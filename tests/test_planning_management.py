"""The management report against a week counted by hand.

One queue, `sales`, in Paris, open 09:00-10:00 from Monday to Friday, by half-hours, week of 6 May 2024:

                 offered handled abandoned in time (20 s) transferred wait_s talk_s
    Mon 09:00         10       8         2              6           2     80    800
    Mon 09:30         20      20         0             20           0    100   3000
    Tue 09:00          0       0         0              0           0      0      0   nobody called
    Tue 09:30                                                                         nobody counted
    Wed 09:00         10       5         5              1           1    200    500   excluded
    Wed 09:30         10      10         0              9           0     50   1000
    Thu, Fri          10       9         1              8           1     45    900   in each of the four
"""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused
from planning.figures import CONVENTIONS, expression_of, prepared
from planning.management import Given, ManagementReport, ReportSettings, management_report
from planning.management.period import Period
from planning.site import Site
from planning.steps import forecast_site
from planning.trials import past_weeks

ZONE = "Europe/Paris"
SITE = Site.from_dict(
    {
        "zone": ZONE,
        "model": "mean_of_4",
        "calendar": {"hours": {"mon-fri": "09:00-10:00"}},
        "queues": {
            "sales": {"service_level": 0.8, "within_s": 20, "shrinkage": 0.3},
            "help": {"service_level": 0.8, "within_s": 20, "shrinkage": 0.3},
        },
    },
    "site.toml",
)
LEVEL = {"figure": "service_level", "target": 0.8, "within_s": 20}
NOW = datetime(2024, 5, 20, 8, tzinfo=UTC)
USUAL = (10, 9, 1, 8, 1, 45, 900)
NAMES = ["offered", "handled", "abandoned", "answered_within", "transferred", "wait_s", "talk_s"]


def week() -> pd.DataFrame:
    counted = {
        "2024-05-06 09:00": (10, 8, 2, 6, 2, 80, 800),
        "2024-05-06 09:30": (20, 20, 0, 20, 0, 100, 3000),
        "2024-05-07 09:00": (0, *[np.nan] * 6),
        "2024-05-08 09:00": (10, 5, 5, 1, 1, 200, 500),
        "2024-05-08 09:30": (10, 10, 0, 9, 0, 50, 1000),
        **{f"2024-05-{day} {clock}": USUAL for day in ("09", "10") for clock in ("09:00", "09:30")},
    }
    table = pd.DataFrame(counted.values(), columns=NAMES).astype(float)
    start = pd.to_datetime(list(counted)).tz_localize(ZONE)
    return table.assign(queue="sales", start=start, minutes=30, within_s=20.0, acw_s=0.0)


def outage() -> pd.DataFrame:
    times = pd.to_datetime(["2024-05-08 08:50", "2024-05-08 09:10"]).tz_localize(ZONE)
    return pd.DataFrame({"start": times[:1], "end": times[1:], "reason": "line down"})


def report(
    history: pd.DataFrame | None = None, given: Given | None = None, now: datetime = NOW, **settings
) -> ManagementReport:
    said = {"client": "Bank", "period": "2024-W19", "outlook_weeks": 0, "queues": ["sales"], **settings}
    rows = week() if history is None else history
    return management_report(rows, SITE, ReportSettings.from_dict(said, "report.toml"), now=now, given=given)


def figure(found: ManagementReport, name: str, by: str = "period") -> pd.Series:
    rows = found.figures[(found.figures["figure"] == name) & (found.figures["by"] == by)]
    return rows.iloc[0]


def keys(found: ManagementReport) -> list[str]:
    return [note.key for note in found.notes]


# ── figures ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "numerator", "denominator"),
    [
        ("offered", 90, None),
        ("handled", 79, None),
        ("abandoned", 11, None),
        ("answered", 79, 90),
        ("asa_s", 610, 79),
        ("service_level", 68, 90),
        ("one_stop", 72, 79),
        ("aht_s", 8900, 79),
        ("abandoned_share", 11, 90),
    ],
)
def test_figures_are_those_counted_by_hand(name: str, numerator: float, denominator: float | None) -> None:
    row = figure(report(), name)
    assert row["numerator"] == numerator
    assert row["value"] == pytest.approx(numerator / (denominator or 1))
    assert np.isnan(row["denominator"]) if denominator is None else row["denominator"] == denominator
    # Ten intervals were open, and one of them nobody counted.
    assert (row["intervals"], row["due"]) == (9, 10)


def test_a_day_of_zero_calls_is_zero_and_its_shares_are_missing() -> None:
    rows = report().figures
    tuesday = rows[(rows["by"] == "day") & (rows["start"] == pd.Timestamp("2024-05-07", tz=ZONE))]
    value = tuesday.set_index("figure")["value"]
    assert value["offered"] == 0
    assert np.isnan(value["answered"])


def test_what_nobody_counted_is_said() -> None:
    found = report()
    (note,) = [note for note in found.notes if note.key == "missing"]
    assert note.values == {"queue": "sales", "missing": 1, "due": 10, "days": 0}
    without = report(week()[lambda rows: rows["start"] < "2024-05-08"])
    (note,) = [note for note in without.notes if note.key == "missing"]
    assert (note.values["missing"], note.values["days"]) == (7, 3)


def test_a_history_without_columns_says_which_it_needs() -> None:
    found = report(week()[["queue", "start", "minutes", "offered"]])
    lacking = {one.figure: one.columns for one in found.lacking["sales"]}
    assert lacking["service_level"] == ("answered_within",)
    assert lacking["asa_s"] == ("wait_s", "handled")
    assert lacking["ivr"] == ("ivr",)
    assert set(found.figures["figure"]) == {"offered"}


def test_lost_calls_follow_from_those_answered() -> None:
    row = figure(report(week().drop(columns="abandoned")), "abandoned_share")
    assert (row["numerator"], row["denominator"]) == (11, 90)
    assert row["formula"] == "(sum(offered) - sum(handled)) / sum(offered)"


def test_the_six_conventions_give_the_published_values() -> None:
    counts = {"offered": 1060, "handled": 1000, "abandoned": 60, "answered_within": 860}
    counts |= {"abandoned_within": 20, "short_abandoned": 10}
    rows = prepared(pd.DataFrame([{name: float(count) for name, count in counts.items()}]))
    said = {"offered": 81.13, "answered": 86.00, "abandon_positive": 83.02}
    said |= {"abandon_ignored": 82.69, "short_positive": 82.08, "net_offered": 81.90}
    found = {name: expression_of(rows, "service_level", name).of(rows).value for name in CONVENTIONS}
    assert {name: round(100 * value, 2) for name, value in found.items()} == said


def test_a_convention_that_the_history_cannot_count_says_why() -> None:
    table = report(conventions=True).conventions.set_index("convention")
    assert table.loc["offered", "value"] == pytest.approx(68 / 90)
    assert table.loc["abandon_positive", "lacks"] == "abandoned_within"
    assert np.isnan(table.loc["abandon_positive", "value"])
    assert table.loc["net_offered", "lacks"] == "short_abandoned"


def test_the_pattern_is_the_mean_of_the_days_counted() -> None:
    pattern = report().pattern.set_index(["weekday", "clock"])
    assert pattern.loc[(0, "09:30"), "offered"] == 20
    assert (pattern.loc[(1, "09:00"), "offered"], pattern.loc[(1, "09:00"), "days"]) == (0, 1)
    assert np.isnan(pattern.loc[(1, "09:30"), "offered"])
    assert pattern.loc[(1, "09:30"), "days"] == 0


# ── goals ─────────────────────────────────────────────────────────────────────────────────────────


def test_each_interval_is_met_missed_excluded_quiet_or_missing() -> None:
    found = report(given=Given(exclusions=outage()), goals=[LEVEL])
    states = list(found.attainment["state"])
    assert states == ["missed", "met", "no calls", "missing", "excluded", "met", *["met"] * 4]
    assert list(found.attainment["reason"].dropna()) == ["line down"]
    row = found.compliance.iloc[0]
    assert (row["met"], row["missed"], row["excluded"], row["quiet"], row["missing"]) == (6, 1, 1, 1, 1)
    # Without the interval of the outage, and with it: both stand in the report.
    assert row["value"] == pytest.approx(67 / 80)
    assert row["with_all"] == pytest.approx(68 / 90)
    assert row["state"] == "met"


def test_goals_hold_from_their_day_on() -> None:
    later = {**LEVEL, "target": 0.9, "valid_from": date(2024, 5, 9), "credits": [{"at": 0.85, "share": 0.1}]}
    found = report(goals=[LEVEL, later], fee={"amount": 1000})
    first, second = found.compliance.to_dict("records")
    assert (first["target"], first["last"]) == (0.8, pd.Timestamp("2024-05-08"))
    assert first["value"] == pytest.approx(36 / 50)
    assert (second["target"], second["first"]) == (0.9, pd.Timestamp("2024-05-09"))
    assert second["value"] == pytest.approx(32 / 40)
    # The later goal stood on 4 of 7 days, so it counts with that part of its credit.
    assert found.settlement.credit == pytest.approx(0.1 * 4 / 7)
    assert found.settlement.money == pytest.approx(-1000 * 0.1 * 4 / 7)


def test_a_threshold_that_differs_is_not_judged() -> None:
    found = report(goals=[{**LEVEL, "within_s": 30}])
    assert "threshold_differs" in keys(found)
    assert found.compliance["state"].tolist() == ["missing"]
    assert found.attainment.empty
    unknown = report(week().drop(columns="within_s"), goals=[LEVEL])
    assert "threshold_unknown" in keys(unknown)
    assert unknown.compliance["state"].tolist() == ["missed"]


def test_a_goal_whose_columns_are_lacking_is_not_judged() -> None:
    found = report(week().drop(columns="wait_s"), goals=[{"figure": "asa_s", "target": 10}])
    (note,) = [note for note in found.notes if note.key == "goal_lacks"]
    assert note.values["columns"] == "wait_s"
    assert found.compliance["state"].tolist() == ["missing"]


def test_queues_together_are_one_sum() -> None:
    history = pd.concat([week(), week().assign(queue="help", offered=lambda rows: rows["offered"] + 10)])
    goals = [{"figure": "answered", "target": 0.5, "together": True}]
    found = report(history, queues=["sales", "help"], goals=goals)
    rows = found.figures[(found.figures["queue"] == "*") & (found.figures["by"] == "period")]
    # Of the interval in which nobody answered because nobody called, help counts no answers.
    assert rows.set_index("figure").loc["answered", "denominator"] == 90 + 80 + 90
    row = found.compliance.iloc[0]
    assert (row["queue"], row["numerator"]) == ("*", 79 + 79)
    # An interval that one of the queues did not count is missing for both together.
    assert (row["missing"], row["met"], row["missed"]) == (2, 7, 1)


def test_exclusions_are_checked() -> None:
    backwards = outage().rename(columns={"start": "end", "end": "start"})
    with pytest.raises(Refused, match="let it end after it begins"):
        report(given=Given(exclusions=backwards))
    with pytest.raises(Refused, match="did you mean sales"):
        report(given=Given(exclusions=outage().assign(queue="sale")))
    other = report(given=Given(exclusions=outage().assign(queue="help")), goals=[LEVEL])
    assert other.exclusions.empty
    assert "excluded" not in set(other.attainment["state"])


# ── days ──────────────────────────────────────────────────────────────────────────────────────────


def test_days_not_yet_over_are_said_and_left_out() -> None:
    found = report(now=datetime(2024, 5, 8, 15, tzinfo=UTC))
    (note,) = [note for note in found.notes if note.key == "days_not_over"]
    assert note.values == {"first": date(2024, 5, 8), "last": date(2024, 5, 12)}
    assert figure(found, "offered")["value"] == 30
    with pytest.raises(Refused, match="none of these days is over"):
        report(now=datetime(2024, 5, 6, 12, tzinfo=UTC))
    with pytest.raises(Refused, match="without a time zone"):
        report(now=datetime(2024, 5, 6))  # noqa: DTZ001


def test_a_period_without_a_count_is_refused_and_a_queue_without_one_is_said() -> None:
    with pytest.raises(Refused, match="no call was counted"):
        report(period="2024-W18")
    found = report(queues=["sales", "help"])
    assert found.queues == ("sales",)
    assert "queue_not_counted" in keys(found)


def test_a_new_queue_is_due_from_its_first_day_on() -> None:
    found = report(week()[lambda rows: rows["start"] > "2024-05-08"])
    (note,) = [note for note in found.notes if note.key == "queue_new"]
    assert note.values["first"] == date(2024, 5, 8)
    assert figure(found, "offered")["due"] == 6


def test_nothing_after_the_period_is_looked_at() -> None:
    later = week().assign(start=lambda rows: rows["start"] + pd.Timedelta(days=7), offered=1000.0)
    alone, both = report(), report(pd.concat([week(), later]))
    pd.testing.assert_frame_equal(alone.figures, both.figures)
    assert alone.notes == both.notes


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("week", "2024-03-04", "2024-03-10"),
        ("month", "2024-02-01", "2024-02-29"),
        ("2024-12", "2024-12-01", "2024-12-31"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
    ],
)
def test_periods(text: str, first: str, last: str) -> None:
    period = Period.read(text, date(2024, 3, 14))
    assert (str(period.first), str(period.last)) == (first, last)


@pytest.mark.parametrize("text", ["", "2024-13", "2024-W54", "2024", "yesterday", "2024-00"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="period"):
        report(period=text)


def test_calls_in_closed_hours_count_and_closed_rows_without_any_do_not() -> None:
    saturday = (
        week()
        .iloc[:2]
        .assign(
            start=pd.to_datetime(["2024-05-11 09:00", "2024-05-11 09:30"]).tz_localize(ZONE),
            offered=[0.0, 0.0],
            ivr=[3.0, 0],
        )
    )
    found = report(pd.concat([week().assign(ivr=1.0), saturday]))
    assert figure(found, "ivr")["value"] == 9 + 3
    assert (figure(found, "ivr")["intervals"], figure(found, "ivr")["due"]) == (10, 11)
    called = report(pd.concat([week(), saturday.assign(offered=[7.0, 0.0])]))
    assert figure(called, "offered")["value"] == 97


def test_small_gaps_of_the_year_before_are_said() -> None:
    rows = months()
    before = rows.assign(start=rows["start"] - pd.Timedelta(weeks=52))
    gone = before.drop(index=before.index[(before["start"] >= "2023-04-04")][0])
    found = report(pd.concat([gone, rows]), period="2024-04")
    assert found.years["before"].iloc[0] == 10 * (2 * 20 - 1)
    assert "year_gaps" in keys(found)


def test_a_year_before_is_compared_only_where_it_is_whole() -> None:
    year = week().assign(start=lambda rows: rows["start"] - pd.Timedelta(weeks=52), offered=40.0)
    year = year[year["start"] != year["start"].iloc[2]]
    tuesday = year.iloc[2:3].assign(start=pd.Timestamp("2023-05-09 09:00", tz=ZONE))
    other = tuesday.assign(start=pd.Timestamp("2023-05-09 09:30", tz=ZONE))
    whole = report(pd.concat([year, tuesday, other, week()])).years.iloc[0]
    assert (whole["offered"], whole["before"]) == (90, 400)
    assert whole["change"] == pytest.approx(90 / 400 - 1)
    gaps = report(pd.concat([year, tuesday, week()]))
    assert np.isnan(gaps.years["before"].iloc[0])
    assert "year_missing" in keys(gaps)
    assert "year_unknown" in keys(report())


# ── ahead ─────────────────────────────────────────────────────────────────────────────────────────


def months() -> pd.DataFrame:
    start = pd.date_range("2024-02-05 09:00", "2024-05-10 09:30", freq="30min", tz=ZONE)
    start = start[(start.hour == 9) & (start.day_of_week < 5)]
    return pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "offered": 10.0})


def test_the_outlook_is_of_whole_weeks_after_the_period() -> None:
    found = report(months(), outlook_weeks=2)
    assert list(found.outlook["start"].dt.strftime("%a %Y-%m-%d")) == ["Mon 2024-05-13", "Mon 2024-05-20"]
    assert found.outlook["calls"].tolist() == pytest.approx([100, 100])
    assert (found.outlook["calls_lo"] <= 100).all()
    assert (found.outlook["calls_hi"] >= 100).all()
    assert "outlook_refused" in keys(report(outlook_weeks=2))


def test_the_band_of_the_outlook_is_as_wide_as_past_forecasts_missed() -> None:
    """A level that jumps every 8 weeks: a mean of 4 weeks sees a steady past, and misses by a half."""
    rows = years_of_jumps()
    found = report(rows, outlook_weeks=4)
    (tried,) = found.tried.to_dict("records")
    assert tried["n"] >= 8
    assert tried["held"] < 0.8
    past = past_weeks(rows, SITE, ["sales"], date(2024, 5, 13), 4, seed=0)
    missed = past["offered"] / past["calls"] - 1
    share = {end: found.outlook[f"calls_{end}"] / found.outlook["calls"] - 1 for end in ("lo", "hi")}
    assert (share["hi"] >= missed.quantile(0.9) - 1e-9).all()
    assert (share["lo"] <= missed.quantile(0.1) + 1e-9).all()
    assert report(months(), outlook_weeks=2).tried["wape"].isna().all()


def years_of_jumps() -> pd.DataFrame:
    start = pd.date_range("2023-05-08 09:00", "2024-05-10 09:30", freq="30min", tz=ZONE)
    start = start[(start.hour == 9) & (start.day_of_week < 5)]
    weeks = (start - start[0]).days // 7
    calls = np.where(weeks // 8 % 2, 15.0, 10.0)
    return pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "offered": calls})


def test_accuracy_says_of_how_many_days_it_is() -> None:
    forecast = forecast_site(
        months()[lambda rows: rows["start"] < "2024-05-06"], SITE, days=2, start=date(2024, 5, 6)
    )
    found = report(months(), given=Given(forecast=forecast))
    assert found.accuracy_days == {"sales": (2, 5)}
    (note,) = [note for note in found.notes if note.key == "accuracy_days"]
    assert note.values == {"queue": "sales", "days": 2, "due": 5}
    whole = forecast_site(
        months()[lambda rows: rows["start"] < "2024-05-06"], SITE, days=7, start=date(2024, 5, 6)
    )
    assert "accuracy_days" not in keys(report(months(), given=Given(forecast=whole)))


def test_the_trend_has_whole_weeks_and_months_alone() -> None:
    rows = report(months()).figures
    weeks = rows[(rows["by"] == "week") & (rows["figure"] == "offered")]
    assert len(weeks) == 13
    assert set(weeks["value"]) == {100}
    ends = rows[(rows["by"] == "month") & (rows["figure"] == "offered")]["start"]
    assert list(ends.dt.strftime("%Y-%m")) == ["2024-03", "2024-04"]


def test_accuracy_is_that_of_the_forecast_given() -> None:
    forecast = months().rename(columns={"offered": "calls"}).assign(calls=11.0)
    forecast = forecast.assign(model="ours", cutoff=pd.Timestamp("2024-05-05", tz=ZONE), aht_s=100.0)
    forecast = forecast.assign(calls_lo=np.nan, calls_hi=np.nan, level=np.nan)
    found = report(months(), given=Given(forecast=forecast[forecast["start"] > "2024-05-06"]))
    assert found.accuracy is not None
    assert found.accuracy["wape"].tolist() == pytest.approx([0.1] * 3)
    assert "accuracy_file" in keys(found)
    assert report(months()).accuracy is None


# ── settings ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"clint": "x"}, "did you mean client"),
        ({"goals": [{"figure": "service_levle", "target": 0.8}]}, "did you mean service_level"),
        ({"goals": [{"figure": "service_level", "target": 0.8}]}, "add within_s"),
        ({"goals": [{**LEVEL, "target": 80}]}, "80% is 0.8"),
        ({"goals": [{**LEVEL, "convention": "virtual"}]}, "cannot be counted"),
        ({"goals": [{"figure": "asa_s", "target": 20, "within_s": 20}]}, "no threshold"),
        ({"goals": [LEVEL, LEVEL]}, "2 goals for service_level"),
        ({"goals": [{**LEVEL, "queue": "sale"}]}, "did you mean sales"),
        ({"goals": [{**LEVEL, "credits": [{"at": 0.85, "share": 0.1}]}]}, "better than the target"),
        ({"goals": [{**LEVEL, "bonus": [{"at": 0.75, "share": 0.1}]}]}, "worse than the target"),
        ({"exclusions": "../x.csv"}, "in the folder"),
        ({"passed_through": {"cases": "/etc/passwd"}}, "in the folder"),
        ({"language": "fr"}, "language"),
        ({"queues": ["sale"]}, "did you mean sales"),
    ],
)
def test_faulty_settings_are_refused(settings: dict, said: str) -> None:
    with pytest.raises(Refused, match=said):
        report(**settings)
