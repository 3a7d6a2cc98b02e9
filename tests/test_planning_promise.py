"""What a schedule promises, beside formulas, made-up truths and what must hold whatever is drawn."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import erlang
from callplan.errors import Refused
from callplan.tables import PROMISE, check
from planning.draws import Doubt, doubt_of
from planning.promise import at_risk_of, meets, play_queue, play_site, promise_of
from planning.site import Queue, Site

ZONE = "Europe/Paris"
QUEUE = Queue(service_level=0.8, within_s=20, shrinkage=0.0, patience_s=180, aht_s=300)


def rows_of(calls: list[float], staffed: list[float], start: str = "2024-05-06 09:00") -> pd.DataFrame:
    starts = pd.date_range(start, periods=len(calls), freq="30min", tz=ZONE)
    heads = np.array(staffed, float)
    return pd.DataFrame(
        {"queue": "sales", "start": starts, "minutes": 30, "calls": calls, "aht_s": 300.0, "staffed": heads}
    )


def known(rows: pd.DataFrame) -> Doubt:
    """Return no doubt at all."""
    calls = rows["calls"].to_numpy(float)
    return Doubt(calls, np.zeros(len(calls), int), np.zeros(1), 0.0, np.zeros(len(calls)))


def bands_of(spread: dict[str, pd.Series]) -> pd.DataFrame:
    """Return bands of a normal width: 1.2816 deviations to each side."""
    parts = []
    for span, deviation in spread.items():
        for share, side in ((0.1, -1), (0.5, 0), (0.9, 1)):
            calls = 1000 + 1.2815515655446004 * side * deviation.to_numpy()
            parts.append(
                pd.DataFrame({"start": deviation.index, "calls": calls}).assign(span=span, quantile=share)
            )
    return pd.concat(parts).assign(queue="sales")


def two_days() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a forecast of two days, and bands that leave so much doubt beyond chance."""
    starts = pd.DatetimeIndex(
        [f"2024-05-0{day} {hour}:00" for day in (6, 7) for hour in ("09", "10", "11", "12")]
    ).tz_localize(ZONE)
    forecast = pd.DataFrame({"queue": "sales", "start": starts, "calls": 100.0})
    days = pd.DatetimeIndex(["2024-05-06", "2024-05-07"]).tz_localize(ZONE)
    # By day 400 calls with a factor of variance 0.01, and 100 each interval of its own.
    of_interval = pd.Series(np.sqrt(100 + 0.01 * 100**2 + 100.0), starts)
    of_day = pd.Series(np.sqrt(400 + 0.01 * 400**2 + 400.0), days)
    # The two days' factors correlate by a half.
    week = pd.Series(np.sqrt(2 * (400 + 1600 + 400.0) + 2 * 0.5 * 1600), days[:1])
    return forecast, bands_of({"interval": of_interval, "day": of_day, "week": week})


def test_the_doubt_is_read_back_from_bands_made_of_known_variances() -> None:
    doubt = doubt_of(*two_days())
    assert doubt.common == pytest.approx([0.01, 0.01])
    assert doubt.between == pytest.approx(0.5)
    assert doubt.own == pytest.approx(0.01 / 1.01)


def test_draws_have_the_variances_of_the_bands() -> None:
    forecast, bands = two_days()
    rates = doubt_of(forecast, bands).draw(40_000, np.random.default_rng(1))
    days = rates.reshape(-1, 2, 4).sum(axis=2)
    assert rates.mean() == pytest.approx(100, rel=0.01)
    assert rates.var(axis=0) == pytest.approx(np.full(8, 200.0), rel=0.06)
    assert days.var(axis=0) == pytest.approx([2000.0, 2000.0], rel=0.05)
    assert days.sum(axis=1).var() == pytest.approx(2 * 2000 + 2 * 0.5 * 1600, rel=0.05)


def test_bands_without_day_or_week_are_refused() -> None:
    forecast, bands = two_days()
    with pytest.raises(Refused, match="by day"):
        doubt_of(forecast, bands[bands["span"] != "day"])


def test_without_doubt_or_absence_it_is_what_the_formula_says() -> None:
    # A long steady day, so that what its first minutes lack does not count.
    rows = rows_of([60.0] * 200, [13] * 200)
    played = play_queue(rows, known(rows), QUEUE, weeks=50)
    formula = erlang.performance(13, 10.0, 300, 20, patience_s=180)
    whole = np.ones(len(rows), bool)
    measures = {name: np.nanmean(values) for name, values in played.measures(whole).items()}
    assert played.level() == pytest.approx(formula.service_level, abs=0.01)
    assert measures["abandoned"] == pytest.approx(formula.abandoned, abs=0.004)
    assert measures["occupancy"] == pytest.approx(formula.occupancy, abs=0.01)
    assert measures["asa_s"] == pytest.approx(formula.asa_s, rel=0.08)
    assert measures["p_wait"] == pytest.approx(formula.p_wait, abs=0.015)


def test_one_day_played_is_what_simulate_says_of_the_same_day() -> None:
    calls = [20.0, 40, 70, 80, 75, 60, 50, 45, 40, 30]
    rows = rows_of(calls, [6, 10, 15, 17, 16, 13, 12, 11, 9, 8])
    played = play_queue(rows, known(rows), QUEUE, weeks=400)
    witness = erlang.simulate_staffed(
        rows.rename(columns={"staffed": "agents"}).astype({"agents": int}),
        patience_s=180,
        within_s=20,
        replications=400,
        seed=5,
    ).queues.iloc[0]
    # Two runs by chance differ by about half a point.
    assert played.level() == pytest.approx(witness["service_level"], abs=0.015)


def test_doubt_and_absence_cost_service_and_widen_the_band() -> None:
    rows = rows_of([100.0] * 20, [20] * 20)
    none = known(rows)
    doubt = Doubt(none.mean, none.day, np.array([0.03]), 0.0, none.own)
    plain = play_queue(rows, none, QUEUE, weeks=100).measures(np.ones(20, bool))["service_level"]
    doubtful = play_queue(rows, doubt, QUEUE, weeks=100).measures(np.ones(20, bool))["service_level"]
    assert doubtful.mean() < plain.mean() - 0.01
    assert np.ptp(np.quantile(doubtful, [0.1, 0.9])) > 2 * np.ptp(np.quantile(plain, [0.1, 0.9]))
    # As many on the phones on average, but not always as many.
    more = rows.assign(staffed=rows["staffed"] / 0.8)
    absent = play_queue(more, none, QUEUE.replace(shrinkage=0.2), weeks=100)
    assert absent.present.mean() == pytest.approx(20, abs=0.1)
    assert absent.level() < plain.mean() - 0.01


def test_shrinkage_is_read_back_from_who_was_present() -> None:
    rows = rows_of([50.0] * 40, [15] * 40)
    weeks = play_queue(rows, known(rows), QUEUE.replace(shrinkage=0.27), weeks=50)
    rostered = 15 * weeks.present.size
    deviation = np.sqrt(0.27 * 0.73 / rostered)
    assert 1 - weeks.present.sum() / rostered == pytest.approx(0.27, abs=4 * deviation)
    assert weeks.present.var() == pytest.approx(15 * 0.27 * 0.73, rel=0.15)


def test_patience_is_read_back_from_the_log_of_a_day_played() -> None:
    from intake.patience import patience

    sales = erlang.CallType("sales", calls=[100] * 20, aht_s=300, patience_s=150, within_s=20)
    team = erlang.Team("sales", ["sales"], agents=15)
    log = erlang.simulate([sales], [team], replications=5, seed=2, records=True).records
    base = pd.Timestamp("2024-05-06", tz=ZONE)
    arrival = base + pd.to_timedelta(log["arrived_s"], unit="s")
    wait = pd.to_timedelta(log["waited_s"], unit="s")
    answered = log["outcome"] == "answered"
    calls = pd.DataFrame(
        {
            "queue": "sales",
            "arrival": arrival,
            "answer": (arrival + wait).where(answered),
            "end": arrival + wait + pd.to_timedelta(answered.astype(int), unit="s"),
        }
    )
    found = patience(calls).iloc[0]
    # As many hang-ups as there are, the estimate is as near as their square root.
    assert found["abandoned"] > 100
    assert found["patience_s"] == pytest.approx(150, rel=4 / np.sqrt(found["abandoned"]))


@pytest.mark.parametrize("more", [1, -1])
def test_a_head_more_or_fewer_is_of_the_same_weeks(more: int) -> None:
    rows = rows_of([100.0] * 20, [24] * 20)
    queue = QUEUE.replace(shrinkage=0.2)
    base = play_queue(rows, known(rows), queue, weeks=50)
    other = play_queue(rows, known(rows), queue, weeks=50, heads_more=more)
    assert (base.offered == other.offered).all()
    gained = other.present - base.present
    assert set(np.unique(gained)) <= {0, more}
    assert gained.mean() == pytest.approx(0.8 * more, abs=0.05)
    assert np.sign(other.level() - base.level()) == more


def test_heads_in_parts_are_there_as_often() -> None:
    rows = rows_of([10.0] * 400, [2.25] * 400)
    present = play_queue(rows, known(rows), QUEUE, weeks=25).present
    assert set(np.unique(present)) == {2, 3}
    assert present.mean() == pytest.approx(2.25, abs=0.02)


def test_other_heads_than_one_are_refused() -> None:
    rows = rows_of([10.0], [2])
    with pytest.raises(Refused, match="heads_more"):
        play_queue(rows, known(rows), QUEUE, heads_more=2)


def test_the_table_says_days_weeks_and_the_chance_of_each_goal() -> None:
    queue = QUEUE.replace(asa_s=30, abandoned=0.05, occupancy=0.9, p_wait=0.3)
    # Friday to Monday: two weeks, and a day without a call.
    rows = pd.concat(
        [
            rows_of([100.0] * 4, [20] * 4, f"2024-05-{day} 09:00").assign(calls=calls)
            for day, calls in (("10", 100.0), ("11", 0.0), ("13", 100.0))
        ],
        ignore_index=True,
    )
    doubt = Doubt(rows["calls"].to_numpy(), np.repeat([0, 1, 2], 4), np.zeros(3), 0.0, np.zeros(12))
    weeks = play_queue(rows, doubt, queue, weeks=60)
    table = promise_of({"sales": weeks})
    check(table, PROMISE)
    assert set(table["measure"]) == {"service_level", "asa_s", "abandoned", "occupancy", "p_wait"}
    by_week = table[(table["by"] == "week") & (table["measure"] == "service_level")]
    assert [f"{start:%m-%d}" for start in by_week["start"]] == ["05-10", "05-13"]
    friday = table[(table["by"] == "day") & (table["start"].dt.day == 10)].set_index("measure")
    level = weeks.measures(np.arange(12) < 4)["service_level"]
    assert friday.loc["service_level", "chance"] == (level >= 0.8).mean()
    assert friday.loc["service_level", "p10"] == pytest.approx(np.quantile(level, 0.1))
    expected = weeks.in_time[:, :4].sum() / weeks.offered[:, :4].sum()
    assert friday.loc["service_level", "expected"] == pytest.approx(expected)
    closed = table[(table["by"] == "day") & (table["start"].dt.day == 11)]
    assert closed[closed["measure"] == "service_level"]["expected"].isna().all()


def test_goals_are_met_from_their_own_side() -> None:
    values = np.array([0.1, 0.2, 0.3])
    assert meets("service_level", values, 0.2) == pytest.approx(2 / 3)
    assert meets("abandoned", values, 0.2) == pytest.approx(2 / 3)
    assert np.isnan(meets("abandoned", values, None))


def test_most_at_risk_is_the_interval_with_too_few_heads() -> None:
    staffed = [20.0] * 8
    staffed[5] = 12
    rows = rows_of([100.0] * 8, staffed)
    weeks, more, fewer = (
        {"sales": play_queue(rows, known(rows), QUEUE, weeks=60, heads_more=heads)} for heads in (0, 1, -1)
    )
    first = at_risk_of(weeks, more, fewer).sort_values("rank").iloc[0]
    assert first["start"] == rows["start"].iloc[5]
    assert first["one_fewer"] < first["service_level"] < first["one_more"]
    assert first["chance"] < 0.2
    enough = rows.assign(staffed=60.0)
    quiet = {"sales": play_queue(enough, known(rows), QUEUE, weeks=10)}
    assert at_risk_of(quiet, quiet, quiet).empty


def test_who_has_nobody_at_work_serves_nobody() -> None:
    rows = rows_of([10.0] * 4, [0] * 4)
    weeks = play_queue(rows, known(rows), QUEUE, weeks=10)
    assert weeks.level() == 0
    assert weeks.abandoned.sum() == weeks.offered.sum()


def test_queues_are_played_each_with_its_own_settings_and_the_same_seed_gives_the_same() -> None:
    forecast, bands = two_days()
    forecast = forecast.assign(minutes=60, aht_s=300.0)
    both = pd.concat([forecast, forecast.assign(queue="support")])
    coverage = both[["queue", "start"]].assign(staffed=12.0)
    own = {"service_level": 0.8, "within_s": 20, "shrinkage": 0.1}
    queues = {"sales": {**own, "patience_s": 60}, "support": {**own, "patience_s": 600}}
    site = Site.from_dict({"zone": ZONE, "queues": queues}, "site.toml")
    bands = pd.concat([bands, bands.assign(queue="support")])
    told: list[float] = []
    first = play_site(both, bands, coverage, site, weeks=30, played=told.append)
    again = play_site(both, bands, coverage, site, weeks=30)
    other = play_site(both, bands, coverage, site, weeks=30, seed=1)
    assert (first["sales"].in_time == again["sales"].in_time).all()
    assert (first["sales"].in_time != other["sales"].in_time).any()
    assert (first["sales"].offered != first["support"].offered).any()
    assert first["sales"].abandoned.sum() > 1.2 * first["support"].abandoned.sum()
    assert len(told) == 4


def test_the_first_weeks_are_those_of_a_shorter_run() -> None:
    rows = rows_of([50.0] * 6, [12] * 6)
    long, short = (play_queue(rows, known(rows), QUEUE, weeks=weeks) for weeks in (75, 50))
    assert (long.first(50).in_time == short.in_time).all()
    assert SimpleNamespace(**vars(long.first(50))).queue == QUEUE
