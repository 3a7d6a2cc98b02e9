"""When calls come in a typical week, from a figure or a history, and what two ways of sizing make of it."""

import datetime as dt
import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import erlang
import scheduling
from callplan.errors import Infeasible, Refused, Remark
from callplan.tables import QUOTE_FIGURES, SIZING_METHODS, check, write
from quoting import Terms
from quoting.sizing import (
    conventions,
    efficiency,
    figures,
    methods,
    requirement,
    size,
    typical_week,
    volume_doubt,
)
from quoting.sizing.arrivals import arrivals, week_figure
from quoting.terms.factors import Standard, Term, TimeBand
from quoting.terms.said import Said
from quoting.terms.staff import Staff
from quoting.terms.template import DEMO_OUTBOUND, DEMO_QUOTE
from quoting.terms.traffic import Traffic
from scheduling import Rules

OFFICE = TimeBand(kind="office", hours={"mon-fri": "08:00-18:00"})
FIGURE = Traffic(
    calls=1000, per="day", within="open_hours", aht_s=300, profile="flat", weekdays=(1,) * 7, minutes=30
)
STAFF = Staff(
    shrinkage=0.3,
    full_time_h=40,
    schedule_efficiency=0.9,
    attrition=0.2,
    attrition_per="year",
    leader_span=12,
    support_span=40,
    spare_seats=0.1,
)
QUOTE = Terms.from_toml(DEMO_QUOTE).replace(
    term=Term(kind="long", start=dt.date(2027, 1, 1), months=6),
    time_band=OFFICE,
    traffic=FIGURE,
    standard=Standard(service_level=0.8, within_s=20),
    staff=STAFF,
    said={},
)


def quote(band: TimeBand = OFFICE, **changes: object) -> Terms:
    return QUOTE.replace(time_band=band, traffic=FIGURE.replace(**changes))


# ── a figure ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("per", "within", "a_week"),
    [
        ("day", "open_hours", 5000),
        ("week", "open_hours", 1000),
        ("month", "open_hours", 1000 * 84 / 365),
        ("year", "open_hours", 1000 * 7 / 365),
        # Ten of 24 hours, on five days of five, of seven.
        ("day", "all_hours", 5000 * 10 / 24),
        ("week", "all_hours", 1000 * 10 / 24 * 5 / 7),
        ("month", "all_hours", 1000 * 84 / 365 * 10 / 24 * 5 / 7),
        ("year", "all_hours", 1000 * 7 / 365 * 10 / 24 * 5 / 7),
    ],
)
def test_a_figure_becomes_a_week(per: str, within: str, a_week: float) -> None:
    terms = quote(per=per, within=within)
    week = typical_week(terms)
    assert len(week) == 5 * 20
    assert week["calls"].sum() == pytest.approx(a_week)
    whole = week_figure(terms.traffic, 5)
    assert arrivals(terms).lost == pytest.approx(0 if within == "open_hours" else 1 - a_week / whole)


def test_weekdays_weigh_and_closed_ones_lose_their_calls() -> None:
    weekdays = (2.0, 1, 1, 1, 1, 4, 0)
    spread = typical_week(quote(per="week", weekdays=weekdays)).groupby("weekday")["calls"].sum()
    assert spread.to_numpy() == pytest.approx(1000 * np.array([2, 1, 1, 1, 1]) / 6)
    lost = typical_week(quote(per="week", within="all_hours", weekdays=weekdays))
    assert lost.groupby("weekday")["calls"].sum().to_numpy() == pytest.approx(
        1000 * np.array([2, 1, 1, 1, 1]) / 10 * 10 / 24
    )


def test_a_day_s_figure_is_that_of_the_mean_open_day() -> None:
    week = typical_week(quote(weekdays=(3.0, 1, 1, 1, 0, 9, 9)))
    days = week.groupby("weekday")["calls"].sum()
    # Open, but without calls: that Friday is no open day of the figure.
    assert days.to_numpy() == pytest.approx([2000, 2000 / 3, 2000 / 3, 2000 / 3, 0])
    assert requirement(quote(weekdays=(3.0, 1, 1, 1, 0, 9, 9))).query("weekday == 4")["agents"].eq(1).all()


def test_a_named_profile_has_its_own_weekdays_unless_others_are_given() -> None:
    own = Traffic(
        **{name: getattr(FIGURE, name) for name in FIGURE.model_fields_set - {"weekdays"}}
        | {"profile": "office"}
    )
    days = typical_week(QUOTE.replace(traffic=own)).groupby("weekday")["calls"].sum()
    assert days.to_numpy() / days.sum() == pytest.approx(np.array([23, 21, 20, 19, 17]) / 100)
    alike = typical_week(quote(profile="office")).groupby("weekday")["calls"].sum()
    assert alike.to_numpy() == pytest.approx(1000)


@given(count=st.sampled_from([24, 48, 96]), minutes=st.sampled_from([15, 30, 60]), seed=st.integers(0, 99))
def test_a_profile_is_resampled_evenly(count: int, minutes: int, seed: int) -> None:
    shares = np.random.default_rng(seed).dirichlet(np.ones(count))
    whole = TimeBand(kind="7x24")
    monday = typical_week(quote(whole, profile=tuple(shares.tolist()), minutes=minutes)).query("weekday == 0")
    quarters = np.repeat(shares, 96 // count) / (96 // count)
    expected = 1000 * quarters.reshape(1440 // minutes, -1).sum(axis=1)
    assert monday["calls"].to_numpy() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("hours", "changes", "line"),
    [
        ("08:15-18:00", {}, "mon has 08:15, off intervals of 30 minutes; set traffic.minutes = 15"),
        (
            "08:30-18:00",
            {"minutes": 60},
            "mon has 08:30, off intervals of 60 minutes; set traffic.minutes = 30",
        ),
        ("08:00-18:05", {}, "mon has 18:05, off intervals of 30 minutes; open and close at quarters"),
    ],
)
def test_hours_off_the_grid_are_refused(hours: str, changes: dict[str, int], line: str) -> None:
    band = TimeBand(kind="office", hours={"mon": hours})
    with pytest.raises(Refused, match="time_band.hours: " + line):
        typical_week(quote(band, **changes))


def test_hours_without_calls_are_refused() -> None:
    night = TimeBand(kind="off_hours", hours={"mon": "20:00-24:00", "tue": "08:00-12:00"})
    with pytest.raises(Refused, match="no calls in the hours of mon; choose another profile"):
        typical_week(quote(night, profile="office"))
    # Of all hours those in the evening have none: nobody invents them.
    week = typical_week(quote(night, profile="office", within="all_hours"))
    assert week.groupby("weekday")["calls"].sum()[0] == 0


# ── a history ─────────────────────────────────────────────────────────────────────────────────────


def shape(hour: np.ndarray, weekday: np.ndarray) -> np.ndarray:
    return np.round((20 + 60 * np.exp(-((hour - 11) ** 2) / 8)) * (1 + 0.2 * (weekday == 0)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A history of 12 weeks, Monday to Saturday 8 to 20, by the hour, every week alike."""
    start = pd.date_range("2026-08-03", "2026-10-24 23:00", freq="h", tz="Europe/Paris")
    start = start[(start.day_of_week < 6) & (start.hour >= 8) & (start.hour < 20)]
    offered = shape(start.hour.to_numpy(), start.day_of_week.to_numpy())
    table = {"queue": "shop", "start": start, "minutes": 60, "offered": offered, "aht_s": 200.0}
    write(pd.DataFrame(table), tmp_path / "calls.csv")
    return tmp_path


def from_history(
    folder: Path, band: TimeBand = OFFICE, said: dict[str, Said] | None = None, **changes: object
) -> Terms:
    traffic = Traffic(**{"history": "calls.csv", "zone": "Europe/Paris", "minutes": 60} | changes)
    terms = QUOTE.replace(time_band=band, traffic=traffic, said=said or {})
    terms._folder = folder
    return terms


def test_a_history_gives_volume_profile_and_handling_time(folder: Path) -> None:
    terms = from_history(folder)
    week, came = typical_week(terms), arrivals(terms)
    truth = shape(week["minute"].to_numpy() / 60, week["weekday"].to_numpy())
    assert week["calls"].to_numpy() == pytest.approx(truth, rel=0.03)
    assert set(week["aht_s"]) == {200.0}
    # From 18 to 20 and on Saturdays calls come outside the hours.
    hours, days = np.meshgrid(np.arange(8, 20), np.arange(6))
    seen = shape(hours, days)
    assert came.lost == pytest.approx(1 - seen[:5, :10].sum() / seen.sum(), abs=0.005)
    assert came.busy_hour_factor == pytest.approx(seen[:5, 3].sum() / seen[:5].sum(), abs=0.002)
    assert any("forecast of the four weeks" in line for line in conventions(terms, efficiency(terms)))


def test_the_client_s_figure_stands_beside_our_forecast(folder: Path) -> None:
    said = {
        "traffic.calls": Said(
            kind="client_estimate", who="the client", source="tender", date=dt.date(2026, 9, 1)
        )
    }
    terms = from_history(
        folder, said=said, calls=500, per="day", within="open_hours", aht_s=230, busy_hour_factor=0.2
    )
    table = check(figures(terms), QUOTE_FIGURES).set_index(["item", "kind"])
    theirs, ours = (table.loc[("calls_a_week", kind)] for kind in ("client_estimate", "our_forecast"))
    assert (theirs["value"], theirs["used"], theirs["who"], theirs["date"]) == (
        2500,
        "no",
        "the client",
        "2026-09-01",
    )
    assert (ours["used"], ours["source"], ours["date"]) == ("yes", "calls.csv from 2026-08-03", "2026-10-24")
    hours, days = np.meshgrid(np.arange(8, 20), np.arange(6))
    assert ours["value"] == pytest.approx(shape(hours, days).sum(), rel=0.03)
    # A handling time that is given stands, and what was measured is shown.
    assert table.loc[("aht_s", "assumption"), "used"] == "yes"
    assert table.loc[("aht_s", "measured"), ["value", "used"]].tolist() == [200, "no"]
    assert set(typical_week(terms)["aht_s"]) == {230.0}
    both = methods(terms, efficiency(terms))
    assert both["factor"].tolist()[:2] == pytest.approx([0.2, arrivals(terms).busy_hour_factor])
    assert both["method"].tolist() == [
        "busy hour, factor given",
        "busy hour, factor measured on the history",
        "every interval",
    ]


def test_the_band_of_the_forecast_is_the_doubt_unless_one_is_given(folder: Path) -> None:
    measured = volume_doubt(from_history(folder))
    assert 0 < measured < 0.5
    assert size(from_history(folder)).doubt == measured
    assert volume_doubt(from_history(folder, doubt=0.07)) == 0.07
    assert volume_doubt(QUOTE) == FIGURE.doubt


def test_a_season_brings_the_forecast_to_the_mean_month(folder: Path) -> None:
    # The four weeks after October 24 lie in October and November, which have twice a mean month here.
    months = (1.0,) * 9 + (2.5, 2.5, 1.0)
    plain, seasonal = (typical_week(from_history(folder, months=m))["calls"].sum() for m in ((), months))
    assert seasonal == pytest.approx(plain / (2.5 * 12 / 15))
    nothing = (1.0,) * 9 + (0.0, 0.0, 1.0)
    with pytest.raises(Refused, match=r"traffic\.months: no calls in the month of October, but a history"):
        typical_week(from_history(folder, months=nothing))


def test_open_hours_that_a_history_never_saw_are_missing_not_quiet(folder: Path) -> None:
    terms = from_history(folder, TimeBand(kind="office", hours={"mon": "06:00-10:00", "sun": "08:00-10:00"}))
    with pytest.warns(Remark, match="^4 open hours a week are not in the history"):
        sized = size(terms)
    assert any(line.startswith("Of 4 open hours a week the history has no row") for line in sized.conventions)
    assert set(sized.requirement.query("weekday == 6 or minute < 480")["set_by"]) == {"minimum_agents"}


def test_a_file_that_changes_is_read_anew(folder: Path) -> None:
    before = typical_week(from_history(folder))["calls"].sum()
    path = folder / "calls.csv"
    rows = pd.read_csv(path)
    rows["offered"] *= 2
    rows.to_csv(path, index=False)
    os.utime(path, ns=(1, 1))
    assert typical_week(from_history(folder))["calls"].sum() == pytest.approx(2 * before, rel=0.02)


def test_finer_intervals_are_summed_and_longer_ones_refused(folder: Path) -> None:
    with pytest.raises(
        Refused, match=r"calls.csv: intervals of 60 minutes, where traffic.minutes is 30; set minutes = 60"
    ):
        typical_week(from_history(folder, minutes=30))
    rows = pd.read_csv(folder / "calls.csv", parse_dates=["start"]).assign(minutes=30)
    later = rows.assign(start=rows["start"] + pd.Timedelta(minutes=30))
    pd.concat([rows, later]).to_csv(folder / "halves.csv", index=False)
    halves = typical_week(from_history(folder, history="halves.csv"))
    assert halves["calls"].sum() == pytest.approx(
        2 * typical_week(from_history(folder))["calls"].sum(), rel=0.02
    )


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            lambda rows: pd.concat([rows, rows.assign(queue="other")]),
            r"2 queues \(other, shop\); a quote sizes one",
        ),
        (
            lambda rows: rows.drop(columns="aht_s"),
            "traffic.aht_s: the history has no handling times; give aht_s",
        ),
        (lambda rows: rows.head(24), r"2 days of history; give 7 days at least"),
    ],
)
def test_a_history_that_will_not_do_is_refused(folder: Path, change: object, line: str) -> None:
    rows = pd.read_csv(folder / "calls.csv")
    change(rows).to_csv(folder / "calls.csv", index=False)  # type: ignore[operator]
    with pytest.raises(Refused, match=line):
        typical_week(from_history(folder))


def test_a_history_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(Refused, match=r"none\.csv"):
        typical_week(from_history(folder, history="none.csv"))


# ── the two methods ───────────────────────────────────────────────────────────────────────────────


def test_the_busy_hour_by_hand() -> None:
    terms = quote(busy_hour_factor=0.15)
    table = check(methods(terms, efficiency(terms)), SIZING_METHODS)
    given = table.iloc[0]
    load = 0.15 * 1000 * 300 / 3600
    agents = int(erlang.required_agents(load, 300, terms.standard.target))
    assert (given["calls"], given["load"], given["agents"]) == (
        pytest.approx(150),
        pytest.approx(load),
        agents,
    )
    assert given["seats"] == -(-agents * 11 // 10)
    assert given["staffed_h"] == agents * 50
    assert given["fte"] == pytest.approx(agents * 50 / 0.7 / 0.9 / 40)
    ours = table.iloc[-1]
    assert ours["staffed_h"] == pytest.approx(requirement(terms)["agents"].sum() / 2)
    assert ours["fte"] == pytest.approx(size(terms).months["fte"].iloc[0])
    # A flat day: the factor alone makes the difference.
    assert "the busiest hour has 10.0% of the mean open day, not 15.0%" in given["reason"]
    assert "its day has" not in given["reason"]
    assert "every interval of its hour" not in given["reason"]
    hours = f"{ours['staffed_h']:,.0f} h a week, as many as they need"
    assert table.iloc[1]["reason"].endswith(hours)


def test_the_reason_names_the_weekday_and_the_half_hour() -> None:
    shares = np.zeros(48)
    shares[16:36] = [1, 2] * 10
    terms = quote(profile=tuple((shares / shares.sum()).tolist()), weekdays=(2.0, 1, 1, 1, 1, 1, 1))
    reason = methods(terms, efficiency(terms))["reason"].iloc[0]
    assert "its day has 1.67 times the calls of the mean open day" in reason
    assert "it has 1.33 times the calls of the mean interval of its hour" in reason
    assert "(mon 08:30)" in reason
    assert "fewer agents. In all open hours" in reason


def test_the_busy_hour_of_an_overflow_is_above_the_threshold_too() -> None:
    band = TimeBand(kind="overflow", hours={"mon-fri": "08:00-18:00"}, above_calls=40)
    given = methods(quote(band, busy_hour_factor=0.1), efficiency(quote(band))).iloc[0]
    # 50 calls a half hour, of which 10 and a little more come above 40.
    assert 20 < given["calls"] < 25


# ── efficiency ────────────────────────────────────────────────────────────────────────────────────


def measured(band: TimeBand, rules: Rules, **changes: object) -> Terms:
    terms = quote(band, **changes)
    return terms.replace(staff=STAFF.replace(schedule_efficiency="measured", shifts=rules))


def test_shifts_that_fit_a_flat_day_lose_only_what_rounding_costs() -> None:
    band = TimeBand(kind="office", hours={"mon-fri": "08:00-16:00"})
    terms = measured(band, Rules(lengths_h=(8,), meal_min=0))
    agents = requirement(terms)["agents"].iloc[0]
    heads = int(erlang.rostered(agents, 0.3))
    found = efficiency(terms)
    assert found.scheduled_h == pytest.approx(heads * 40)
    assert found.needed_h == pytest.approx(agents / 0.7 * 40)
    assert found.share == pytest.approx(agents / 0.7 / heads)
    assert found.bound_h == pytest.approx(found.scheduled_h)


def test_the_share_is_what_the_shifts_of_the_plan_can_use() -> None:
    rules = Rules(lengths_h=(4, 8), meal_min=0, start_every_min=60)
    terms = measured(TimeBand(kind="7x24"), rules, profile="service", within="all_hours", minutes=60)
    found, week = efficiency(terms), requirement(terms, 1.0)
    assert 0.9 < found.share < 1
    assert found.needed_h == pytest.approx(week["agents"].sum() / 0.7)
    assert found.share == pytest.approx((found.needed_h - found.short_h) / found.scheduled_h)
    assert found.bound_h <= found.scheduled_h
    assert found.bound_h == pytest.approx(found.scheduled_h, rel=0.01)
    assert "shift plans of a typical week can use" in found.said
    # Paid hours of a flat month are those of the plan, as far as it covers the need.
    paid_h = size(terms, found).months["paid_h"].iloc[0] * 84 / 365
    assert paid_h == pytest.approx(found.scheduled_h * found.needed_h / (found.needed_h - found.short_h))


def test_a_night_may_run_over_the_end_of_the_week() -> None:
    night = TimeBand(kind="off_hours", hours={"mon-sun": "00:00-06:00, 22:00-24:00"})
    terms = measured(night, Rules(lengths_h=(8,), meal_min=0, start_every_min=60), minutes=60)
    agents = requirement(terms)["agents"].iloc[0]
    found = efficiency(terms)
    assert found.short_h == pytest.approx(0)
    assert found.share == pytest.approx(agents / 0.7 / int(erlang.rostered(agents, 0.3)))


def test_a_shift_longer_than_the_day_s_peak_costs_efficiency() -> None:
    shares = tuple(float(hour in (10, 11)) / 2 for hour in range(24))
    band = TimeBand(kind="office", hours={"mon-fri": "08:00-16:00"})
    peaked = efficiency(measured(band, Rules(lengths_h=(8,), meal_min=0), profile=shares))
    flat = efficiency(measured(band, Rules(lengths_h=(8,), meal_min=0)))
    assert peaked.share < 0.4 < 0.9 < flat.share


def test_an_efficiency_that_is_given_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduling, "schedule", None)
    found = efficiency(QUOTE)
    assert (found.share, found.scheduled_h, float(found)) == (0.9, None, 0.9)
    whole = efficiency(QUOTE.replace(staff=STAFF.replace(schedule_efficiency=1)))
    assert whole.share == 1


def test_hours_that_need_nobody_are_open_all_the_same() -> None:
    shares = tuple(float(hour in (8, 15)) / 2 for hour in range(24))
    band = TimeBand(kind="office", hours={"mon-fri": "08:00-16:00"})
    terms = measured(band, Rules(lengths_h=(8,), meal_min=0), profile=shares)
    terms = terms.replace(staff=terms.staff.replace(minimum_agents=0))
    week = requirement(terms, 1.0)
    assert week["agents"].min() == 0
    assert set(week.loc[week["agents"] == 0, "set_by"]) == {"no calls"}
    most = week["agents"].max()
    assert efficiency(terms).scheduled_h == pytest.approx(40 * int(erlang.rostered(most, 0.3)))


def test_what_no_shift_can_serve_is_said() -> None:
    short = TimeBand(kind="office", hours={"mon-fri": "10:00-12:00"})
    with pytest.raises(Infeasible, match="quote"):
        efficiency(measured(short, Rules(lengths_h=(4,))))
    with pytest.raises(Refused, match=r"staff\.shifts\.cover: found 'day'"):
        efficiency(measured(OFFICE, Rules(cover="day")))


def test_progress_is_told_and_outbound_is_measured_too() -> None:
    lines: list[str] = []
    terms = Terms.from_toml(DEMO_OUTBOUND)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sized = size(terms, progress=lines.append)
    assert 0.5 < sized.efficiency.share < 1
    assert [line.split(",")[0] for line in lines] == [
        "agents of every interval",
        "shift plans of a typical week",
    ]
