"""A client's estimate: its figure kept to the call, its profile, and what calls teach about both."""

import warnings
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma, nbinom

from callplan.errors import Refused, Remark
from callplan.hours import OpeningHours
from callplan.intervals import grid
from callplan.tables import FORECAST, check
from forecasting.calendar.calendar import Calendar
from forecasting.estimate.arrivals import Profile, profile_of, profiles
from forecasting.estimate.estimate import Estimate, spread
from forecasting.estimate.posterior import posterior_figure, posterior_week

ZONE = "Europe/Paris"
MONTH = Estimate(queue="sales", calls_per_month=60_000, profile="office", aht_s=240)


def month_of(day: date) -> int:
    return pd.Timestamp(day).days_in_month


def days_of(ahead: pd.DataFrame) -> pd.Series:
    return ahead.groupby(ahead["start"].dt.date)["calls"].sum()


# ── the figure ────────────────────────────────────────────────────────────────────────────────────


@given(
    first=st.dates(date(2023, 1, 1), date(2025, 12, 31)).map(lambda day: day.replace(day=1)),
    profile=st.sampled_from(list(profiles())),
    minutes=st.sampled_from([15, 30, 60]),
    hours=st.sampled_from([None, {"mon-sun": "11:00-15:00"}, {"mon-fri": "09:00-12:00, 13:00-17:30"}]),
    country=st.sampled_from([None, "FR"]),
    calls=st.floats(1, 1e6),
)
def test_a_month_adds_up_to_its_figure(
    first: date, profile: str, minutes: int, hours: dict | None, country: str | None, calls: float
) -> None:
    calendar = Calendar(country=country, hours=hours and OpeningHours.parse(hours))
    estimate = Estimate(queue="q", calls_per_month=calls, profile=profile, minutes=minutes)
    ahead = spread(estimate, first, month_of(first), zone=ZONE, calendar=calendar)
    assert ahead["calls"].sum() == pytest.approx(calls, rel=1e-12)
    assert check(ahead, FORECAST).equals(ahead)
    if hours:
        due = grid(first, first + timedelta(days=month_of(first) - 1), minutes, ZONE, calendar.hours)
        assert ahead["start"].isin(due).all()


@pytest.mark.parametrize(
    ("first", "days"), [("2023-02-01", 28), ("2024-02-01", 29), ("2024-03-01", 31), ("2024-10-01", 31)]
)
def test_months_of_any_length_and_clock(first: str, days: int) -> None:
    flat = MONTH.replace(profile="flat")
    ahead = spread(flat, first, days, zone=ZONE)
    # 48 half-hours a day, one hour less in March and one more in October.
    change = {"2024-03-01": -2, "2024-10-01": 2}.get(first, 0)
    assert len(ahead) == 48 * days + change
    # All days alike, the short and the long one too.
    assert days_of(ahead).to_numpy() == pytest.approx(60_000 / days, rel=1e-12)
    if change:
        slots = ahead.groupby(ahead["start"].dt.date).size()
        assert slots.loc[slots != 48].tolist() == [48 + change]


def test_part_of_a_month_is_the_month_looked_at_in_part() -> None:
    whole = spread(MONTH, "2024-05-01", 31, zone=ZONE).set_index("start")["calls"]
    part = spread(MONTH, "2024-05-20", 20, zone=ZONE).set_index("start")["calls"]
    common = whole.index.intersection(part.index)
    assert len(common) == 10 * 20
    assert part[common].to_numpy() == pytest.approx(whole[common].to_numpy(), rel=1e-12)


def test_a_month_by_hand() -> None:
    # May 2024: Mondays 6, 13, 20, 27; Fridays 3, 10, 17, 24, 31.
    profile = Profile(name="two days", week=(3, 0, 0, 0, 1, 0, 0), days=((0,) * 9 + (1, 3) + (0,) * 13,))
    estimate = Estimate(queue="q", calls_per_month=17_000, profile=profile, minutes=60)
    ahead = spread(estimate, "2024-05-01", 31, zone=ZONE)
    assert ahead["calls"].round(6).tolist() == [250, 750, 750, 2250] * 4 + [250, 750]
    halves = spread(estimate.replace(minutes=30), "2024-05-03", 1, zone=ZONE)
    assert halves["calls"].round(6).tolist() == [125, 125, 375, 375]


def test_weeks_and_days_are_ordinary_ones() -> None:
    week = Estimate(queue="q", calls_per_week=5000, profile="office")
    assert days_of(spread(week, "2024-06-03", 7, zone=ZONE)).round(6).tolist() == [1150, 1050, 1000, 950, 850]
    day = Estimate(queue="q", calls_per_day=1000, profile="office")
    assert days_of(spread(day, "2024-06-03", 7, zone=ZONE)).round(6).tolist() == [1150, 1050, 1000, 950, 850]
    # Hours on four days: a mean open day is still 1,000 calls.
    four = Calendar(hours=OpeningHours.parse({"mon-thu": "08:00-18:00"}))
    assert days_of(spread(day, "2024-06-03", 7, zone=ZONE, calendar=four)).mean() == pytest.approx(1000)
    # Its holiday is lost to a week, and made up for in a month.
    french = Calendar("FR")
    assert days_of(spread(week, "2024-05-06", 7, zone=ZONE, calendar=french)).sum() == pytest.approx(
        5000 - 1000 - 950  # 8 May is a Wednesday, Ascension a Thursday
    )


def test_holidays_are_closed_or_have_their_share() -> None:
    french = Calendar("FR")
    closed = days_of(spread(MONTH, "2024-05-01", 31, zone=ZONE, calendar=french))
    assert not {date(2024, 5, day) for day in (1, 8, 9, 20)} & set(closed.index)
    half = days_of(spread(MONTH.replace(holiday=0.5), "2024-05-01", 31, zone=ZONE, calendar=french))
    assert half[date(2024, 5, 8)] == pytest.approx(0.5 * half[date(2024, 5, 15)])
    open_ = Calendar("FR", hours=OpeningHours.parse({"mon-fri": "08:00-18:00"}))
    assert date(2024, 5, 8) not in set(
        days_of(spread(MONTH, "2024-05-06", 7, zone=ZONE, calendar=open_)).index
    )


def test_a_day_of_shorter_hours_keeps_its_calls() -> None:
    week = Estimate(queue="q", calls_per_week=5000, profile="office")
    hours = OpeningHours.parse(
        {"mon-thu": "08:00-18:00", "fri": "08:00-12:00", "dates": {"2024-06-04": "09:00-10:00"}}
    )
    ahead = spread(week, "2024-06-03", 7, zone=ZONE, calendar=Calendar(hours=hours))
    assert days_of(ahead).round(6).tolist() == [1150, 1050, 1000, 950, 850]
    assert ahead.groupby(ahead["start"].dt.date).size().tolist() == [20, 2, 20, 20, 8]


# ── the band ──────────────────────────────────────────────────────────────────────────────────────


def test_the_band_is_that_of_a_negative_binomial() -> None:
    row = spread(MONTH, "2024-05-06", 1, zone=ZONE, level=0.9).iloc[4]
    phi = (1 + 0.2**2) * (1 + 0.3**2) * (1 + 0.05**2) - 1
    exact = nbinom(1 / phi, 1 / (1 + phi * row["calls"]))
    assert exact.mean() == pytest.approx(row["calls"])
    # Between whole calls: a count k is spread over k ± ½.
    for end, share in ((row["calls_lo"], 0.05), (row["calls_hi"], 0.95)):
        whole = exact.ppf(share)
        assert end == pytest.approx(whole - 0.5 + (share - exact.cdf(whole - 1)) / exact.pmf(whole))


def test_the_band_holds_what_it_says_when_the_doubt_is_true() -> None:
    rng = np.random.default_rng(3)
    row = spread(MONTH, "2024-05-06", 1, zone=ZONE, level=0.8).iloc[4]
    times = [gamma(1 / sd**2, scale=sd**2).rvs(40_000, random_state=rng) for sd in (0.2, 0.3, 0.05)]
    drawn = rng.poisson(row["calls"] * np.prod(times, axis=0))
    # A product of gammas is nearly gamma.
    assert 0.79 < np.mean((drawn >= row["calls_lo"]) & (drawn <= row["calls_hi"])) < 0.82


# ── what calls teach ──────────────────────────────────────────────────────────────────────────────


def test_the_figure_by_closed_form_and_by_integration() -> None:
    came, share = np.array([1150.0, 240.0]), np.array([1.0, 0.25])
    mean, variance = posterior_figure(1000.0, 0.2, came, share)
    fewer = 1 + 0.05**2 * came.sum() / share.sum() * share

    def density(level: float) -> float:
        expected = level * share / fewer
        log = gamma.logpdf(level, 25, scale=40) + (came / fewer * np.log(expected) - expected).sum()
        return np.exp(log - 2000)

    moments = [quad(lambda x, k=k: x**k * density(x), 300, 3000, epsabs=0)[0] for k in range(3)]
    assert mean == pytest.approx(moments[1] / moments[0], rel=1e-6)
    assert variance == pytest.approx(moments[2] * moments[0] / moments[1] ** 2 - 1, rel=1e-4)
    # Without over-dispersion it would be the textbook's (25 + 1390) / (0.025 + 1.25).
    assert mean < (25 + 1390) / (0.025 + 1.25)


def test_the_figure_against_a_likelihood_that_is_truly_over_dispersed() -> None:
    came = np.array([1150.0, 1090.0, 1210.0])
    mean, variance = posterior_figure(1000.0, 0.2, came, np.ones(3))
    levels = np.linspace(300, 2500, 20_001)
    density = gamma.pdf(levels, 25, scale=40)
    for calls in came:
        density *= nbinom.pmf(calls, 400, 1 / (1 + levels / 400))
    exact = np.average(levels, weights=density)
    assert mean == pytest.approx(exact, rel=0.01)
    assert variance**0.5 == pytest.approx(
        np.average((levels / exact - 1) ** 2, weights=density) ** 0.5, rel=0.1
    )


def test_one_large_week_does_not_make_sure() -> None:
    _, variance = posterior_figure(10_000.0, 0.2, np.array([10_000.0]), np.ones(1))
    assert 0.045 < variance**0.5 < 0.052
    _, later = posterior_figure(10_000.0, 0.2, np.full(25, 10_000.0), np.ones(25))
    assert 0.009 < later**0.5 < 0.011


def test_the_posterior_of_the_figure_is_calibrated() -> None:
    rng = np.random.default_rng(0)
    levels = gamma(25, scale=40).rvs(4000, random_state=rng)
    weeks = rng.poisson(levels[:, None] * gamma(400, scale=1 / 400).rvs((4000, 3), random_state=rng))
    inside = 0
    for level, came in zip(levels, weeks, strict=True):
        mean, variance = posterior_figure(1000.0, 0.2, came, np.ones(3))
        low, high = gamma(1 / variance, scale=mean * variance).ppf([0.1, 0.9])
        inside += low <= level <= high
    assert inside / 4000 == pytest.approx(0.8, abs=0.02)


def test_the_week_is_the_dirichlet_posterior() -> None:
    prior, doubt = np.array([0.5, 0.3, 0.2, 0.0]), 0.3
    came, times = np.array([300.0, 250.0, 50.0, 0.0]), np.array([4, 4, 4, 0])
    shares, left = posterior_week(prior, doubt, came, times)
    fewer = 1 + 0.1**2 * came.sum() / 4 / 3
    concentration = 3 / doubt**2
    expected = (concentration * prior + came / fewer) / (concentration + came.sum() / fewer)
    assert shares == pytest.approx(expected, rel=1e-12)
    assert left == pytest.approx(doubt**2 * concentration / (concentration + came.sum() / fewer))
    # A time counted twice as often, and as many calls each time, says the same of its share.
    uneven, _ = posterior_week(prior, doubt, np.array([1500.0, 450, 300, 0]), np.array([30, 15, 15, 0]))
    even, _ = posterior_week(prior, doubt, np.array([750.0, 450, 300, 0]), np.array([15, 15, 15, 0]))
    assert uneven[0] == pytest.approx(even[0], rel=0.02)
    nothing = posterior_week(prior, doubt, np.zeros(4), times)
    assert nothing[0].tolist() == prior.tolist()


def came(weeks: int, *, level: float = 1.3, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Return weeks of the flat week of 8,400 calls × level, twice as many before noon as after it."""
    due = spread(
        Estimate(queue="sales", calls_per_week=8400 * level, profile="flat"),
        "2024-01-01",
        7 * weeks,
        zone=ZONE,
    )
    mean = due["calls"].to_numpy() * np.where(due["start"].dt.hour < 12, 4 / 3, 2 / 3)
    offered = np.random.default_rng(seed).poisson(mean).astype(float)
    return due[["queue", "start", "minutes"]].assign(offered=offered), mean


def test_weeks_draw_the_figure_and_the_profile_to_the_truth() -> None:
    client = Estimate(queue="sales", calls_per_week=8400, profile="flat", profile_doubt=0.3)
    wapes, sums, widths = [], [], []
    for weeks in (1, 4, 8):
        history, _ = came(weeks)
        start = date(2024, 1, 1) + timedelta(weeks=weeks)
        ahead = spread(client, start, 7, zone=ZONE, history=history)
        truth = 8400 * 1.3 / 336 * np.where(ahead["start"].dt.hour < 12, 4 / 3, 2 / 3)
        wapes.append(np.abs(ahead["calls"] - truth).sum() / truth.sum())
        sums.append(ahead["calls"].sum() / (8400 * 1.3))
        widths.append((ahead["calls_hi"] - ahead["calls_lo"]).mean())
        assert (ahead["cutoff"] == pd.Timestamp(start, tz=ZONE)).all()
    unlearnt = np.abs(spread(client, "2024-01-08", 7, zone=ZONE)["calls"] - truth).sum() / truth.sum()
    assert unlearnt > 0.3 > wapes[0] > wapes[1] > wapes[2]
    assert wapes[2] < 0.07
    assert sums[0] == pytest.approx(1, abs=0.04)
    assert sums[2] == pytest.approx(1, abs=0.01)
    assert widths[0] > widths[1] > widths[2]


def test_missing_counts_and_holidays_teach_nothing() -> None:
    client = Estimate(queue="sales", calls_per_week=8400, profile="flat")
    history, _ = came(2)
    french = Calendar("FR")
    first = history["start"].dt.date == date(2024, 1, 1)
    plain = spread(client, "2024-01-15", 7, zone=ZONE, calendar=french, history=history)
    for spoilt in (history.assign(offered=history["offered"].where(~first, 9e5)), history[~first]):
        again = spread(client, "2024-01-15", 7, zone=ZONE, calendar=french, history=spoilt)
        assert again["calls"].to_numpy() == pytest.approx(plain["calls"].to_numpy(), rel=1e-12)
    gap = history["start"].dt.date == date(2024, 1, 10)
    without = spread(
        client, "2024-01-15", 7, zone=ZONE, history=history.assign(offered=history["offered"].mask(gap))
    )
    absent = spread(client, "2024-01-15", 7, zone=ZONE, history=history[~gap])
    assert without["calls"].equals(absent["calls"])
    # Half a week of calls is compared with half a week's share: the level is not halved.
    half = spread(client, "2024-01-15", 7, zone=ZONE, history=history[history["start"] < "2024-01-04 12:00"])
    assert half["calls"].sum() == pytest.approx(8400 * 1.3, rel=0.06)


def test_a_history_is_seen_to_the_day_before() -> None:
    client = Estimate(queue="sales", calls_per_month=36_000, profile="flat")
    history, _ = came(3)
    early = spread(client, "2024-01-15", 7, zone=ZONE, history=history)
    seen = spread(client, "2024-01-15", 7, zone=ZONE, history=history[history["start"] < "2024-01-15"])
    pd.testing.assert_frame_equal(early, seen)
    # A month of the posterior level adds up to it: 31 days of January, 29 of February, one level.
    months = spread(client, "2024-02-01", 60, zone=ZONE, history=history)
    sums = months.groupby(months["start"].dt.month)["calls"].sum()
    assert sums.iloc[0] == pytest.approx(sums.iloc[1], rel=1e-9)


def test_calls_outside_the_hours_are_remarked() -> None:
    history, _ = came(1)
    with pytest.warns(
        Remark, match=r"sales: [\d,]+ calls lie outside the hours of the calendar or of profile office"
    ):
        ahead = spread(MONTH, "2024-01-08", 7, zone=ZONE, history=history)
    assert ahead["start"].dt.hour.between(8, 17).all()
    # An hour that the profile has closed, and the calendar open, is learned.
    calendar = Calendar(hours=OpeningHours.parse({"mon-sun": "00:00-24:00"}))
    before = spread(MONTH, "2024-01-08", 7, zone=ZONE, calendar=calendar).set_index("start")["calls"]
    after = spread(MONTH, "2024-01-08", 7, zone=ZONE, calendar=calendar, history=history).set_index("start")[
        "calls"
    ]
    night = pd.Timestamp("2024-01-09 03:00", tz=ZONE)
    assert before[night] == 0 < after[night]


# ── the profile ───────────────────────────────────────────────────────────────────────────────────


def test_every_profile_of_the_library_is_a_week() -> None:
    for name, profile in profiles().items():
        assert (profile.name, bool(profile.meaning)) == (name, True)
        sums = [profile.cells(minutes).sum() for minutes in (15, 30, 60)]
        assert sums == pytest.approx([1, 1, 1])
        quarter, hour = profile.cells(15), profile.cells(60)
        assert quarter.reshape(7, 24, 4).sum(axis=2) == pytest.approx(hour)


def made(shape: np.ndarray, week: np.ndarray, calls: float, *, seed: int = 0) -> pd.DataFrame:
    """Return 12 weeks of Poisson calls, open 8 to 18, of that mean an interval."""
    start = grid(
        date(2024, 4, 1), date(2024, 6, 23), 30, ZONE, OpeningHours.parse({"mon-fri": "08:00-18:00"})
    )
    slot = (start.dt.hour * 2 + start.dt.minute // 30 - 16).to_numpy()
    mean = calls * week[start.dt.day_of_week] * shape[slot]
    offered = np.random.default_rng(seed).poisson(mean).astype(float)
    return pd.DataFrame({"queue": "lender", "start": start, "minutes": 30, "offered": offered})


SHAPE = 1 + 0.5 * np.sin(np.arange(20))
WEEK = np.array([1.4, 1.1, 1.0, 0.9, 0.6])


def test_a_profile_is_what_its_history_was_drawn_from() -> None:
    truth = np.zeros((7, 48))
    truth[:5, 16:36] = WEEK[:, None] * SHAPE / (WEEK.sum() * SHAPE.sum())
    profile = profile_of(made(SHAPE, WEEK, 200), "lender", Calendar())
    assert np.abs(profile.cells(30) - truth).sum() < 0.03
    # Where calls are few the weekday's own shape is noise, and that of all days is nearer.
    few = made(SHAPE, WEEK, 0.5)
    own = few["offered"].groupby([few["start"].dt.day_of_week, few["start"].dt.time]).mean()
    raw = np.abs((own / own.sum()).to_numpy() - truth[:5, 16:36].ravel()).sum()
    drawn = np.abs(profile_of(few, "lender").cells(30) - truth).sum()
    assert drawn < 0.75 * raw
    # A shape of one weekday's own is kept where calls are many.
    odd = made(SHAPE, WEEK, 200)
    friday = odd["start"].dt.day_of_week == 4
    odd["offered"] = odd["offered"].where(~(friday & (odd["start"].dt.hour >= 14)), 0.0)
    cells = profile_of(odd, "lender").cells(30)
    assert cells[4, 28:36].sum() / cells[4].sum() < 0.03


def test_an_open_day_without_any_call_has_no_share() -> None:
    history = made(SHAPE, WEEK, 50)
    sunday = history["start"].dt.day_of_week == 0
    nights = history[sunday].assign(start=history.loc[sunday, "start"] - pd.Timedelta(hours=38), offered=0.0)
    assert set(nights["start"].dt.day_of_week) == {5, 6}
    with_nights = profile_of(pd.concat([history, nights]), "lender")
    assert with_nights.cells(30) == pytest.approx(profile_of(history, "lender").cells(30), abs=1e-4)


def test_a_profile_measures_holidays_apart() -> None:
    history = made(SHAPE, WEEK, 200)
    festive = pd.DatetimeIndex(list(Calendar("FR").holidays(date(2024, 4, 1), date(2024, 6, 23))))
    on_holiday = history["start"].dt.tz_localize(None).dt.normalize().isin(festive)
    quiet = history.assign(offered=history["offered"].where(~on_holiday, (history["offered"] * 0.3).round()))
    assert profile_of(quiet, "lender", Calendar("FR")).holiday == pytest.approx(0.3, abs=0.01)
    closed = profile_of(history[~on_holiday], "lender", Calendar("FR"))
    assert closed.holiday == 0
    assert closed.cells(30) == pytest.approx(profile_of(quiet, "lender", Calendar("FR")).cells(30), rel=1e-12)
    estimate = Estimate(queue="new", calls_per_week=1000, profile=closed)
    assert spread(estimate, "2024-07-01", 7, zone=ZONE)["calls"].sum() == pytest.approx(1000)


# ── remarks and refusals ──────────────────────────────────────────────────────────────────────────


def test_what_it_rests_on_is_said() -> None:
    with pytest.warns(Remark) as caught:
        spread(MONTH, "2024-01-08", 7, zone=ZONE)
    assert [str(remark.message) for remark in caught] == [
        "sales: the client's estimate is 60,000 calls a month, taken as ±20% (one standard deviation), "
        "spread by profile office, an assumption"
    ]
    assert caught[0].filename == __file__
    measured = MONTH.replace(profile=profile_of(made(SHAPE, WEEK, 50), "lender"))
    history, _ = came(2)
    history = history[history["start"].dt.hour.between(8, 17) & (history["start"].dt.day_of_week < 5)]
    with pytest.warns(Remark, match="by profile lender; after calls in 2 weeks it is 1[45],[0-9]{3} ±4%$"):
        spread(measured, "2024-01-15", 7, zone=ZONE, history=history)


def test_an_estimate_is_a_setting() -> None:
    assert hash(MONTH) == hash(MONTH.replace(doubt=0.2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Remark)
        row = spread(MONTH, "2024-05-06", 1, zone="America/New_York").iloc[0]
    assert (row["model"], row["aht_s"], row["minutes"]) == ("estimate", 240, 30)
    assert row["cutoff"] == pd.Timestamp("2024-05-06", tz="America/New_York")
    assert spread(MONTH.replace(aht_s=None), "2024-05-06", 1, zone=ZONE)["aht_s"].isna().all()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "found no figure; give one of calls_per_month"),
        ({"calls_per_month": 1, "calls_per_day": 1}, "found calls_per_month and calls_per_day; give one"),
        ({"calls_per_day": 0}, "calls_per_day: found 0"),
        (
            {"calls_per_day": 9, "profile": "offise"},
            "^profile: unknown profile 'offise'; did you mean office",
        ),
        ({"calls_per_day": 9, "doubt": 0}, "doubt: found 0"),
        ({"calls_per_day": 9, "minutes": 20}, "minutes"),
    ],
)
def test_estimates_that_are_refused(fields: dict, message: str) -> None:
    with pytest.raises(Refused, match=message):
        Estimate(**{"queue": "q", "profile": "office"} | fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"week": (1,) * 6}, "week"),
        ({"week": (0,) * 7}, "week: found no calls on any day"),
        ({"days": ((1,) * 24,) * 2}, "days: found 2 rows"),
        ({"days": ((1,) * 25,)}, "days: rows of other lengths; give 24, 48 or 96"),
        ({"days": ((0,) * 24,)}, "days: a weekday with calls, but none on the clock"),
        ({"holiday": -1}, "holiday: found -1"),
    ],
)
def test_profiles_that_are_refused(fields: dict, message: str) -> None:
    with pytest.raises(Refused, match=message):
        Profile(**{"name": "p", "week": (1,) * 7, "days": ((1,) * 24,)} | fields)


def test_refusals() -> None:
    night = Calendar(hours=OpeningHours.parse({"mon-fri": "20:00-22:00"}))
    with pytest.raises(Refused, match="queue sales: profile office has no calls in the hours of Monday"):
        spread(MONTH, "2024-05-06", 7, zone=ZONE, calendar=night)
    sunday = Calendar(hours=OpeningHours.parse({"sun": "08:00-12:00"}))
    with pytest.raises(Refused, match="profile office has no calls in the opening hours"):
        spread(MONTH, "2024-05-06", 7, zone=ZONE, calendar=sunday)
    dated = OpeningHours.parse({"mon-fri": "08:00-18:00", "dates": {"2024-05-07": "19:00-20:00"}})
    with pytest.raises(Refused, match="profile office has no calls in the hours of 2024-05-07"):
        spread(MONTH, "2024-05-06", 7, zone=ZONE, calendar=Calendar(hours=dated))
    with pytest.raises(Refused, match="no interval is open 2024-05-04 to 2024-05-05"):
        spread(MONTH, "2024-05-04", 2, zone=ZONE)
    with pytest.raises(Refused, match="level: found 80"):
        spread(MONTH, "2024-05-06", 7, zone=ZONE, level=80)
    with pytest.raises(Refused, match="days: found 0"):
        spread(MONTH, "2024-05-06", 0, zone=ZONE)
    with pytest.raises(Refused, match="unknown time zone 'Paris'"):
        spread(MONTH, "2024-05-06", 7, zone="Paris")
    history, _ = came(1)
    with pytest.raises(
        Refused, match="no row of sales before 2024-01-01; leave it out until calls have come"
    ):
        spread(MONTH, "2024-01-01", 7, zone=ZONE, history=history)
    with pytest.raises(Refused, match="intervals of 30 minutes, the estimate's have 60"):
        spread(MONTH.replace(minutes=60), "2024-01-08", 7, zone=ZONE, history=history)
    with pytest.raises(Refused, match="no count in an open interval"):
        spread(MONTH, "2024-01-08", 7, zone=ZONE, history=history.assign(offered=np.nan))
    with pytest.raises(Refused, match="no history of 'lendr'; did you mean lender"):
        profile_of(made(SHAPE, WEEK, 5), "lendr")
    with pytest.raises(Refused, match="no calls on ordinary days"):
        profile_of(made(SHAPE, WEEK, 0), "lender")
