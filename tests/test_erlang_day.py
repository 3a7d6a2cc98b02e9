"""The day as one: against dense matrix exponentials, the simulation, the stationary formulas and itself."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import expm

from callplan.errors import Refused
from erlang.day.check import day_performance
from erlang.performance import CONVENTIONS, performance
from erlang.simulation.simulate import simulate_staffed
from erlang.targets import Target, required_agents

GOAL = Target.parse("80/20")


def volume(
    calls: object, aht_s: object = 300.0, minutes: int = 30, first: str = "2024-05-06 08:00"
) -> pd.DataFrame:
    """Return a forecast of one queue whose intervals follow each other."""
    calls = np.asarray(calls, dtype=float)
    start = pd.date_range(first, periods=len(calls), freq=f"{minutes}min", tz="Europe/Paris")
    return pd.DataFrame(
        {"queue": "sales", "start": start, "minutes": minutes, "calls": calls, "aht_s": aht_s}
    )


def plan(forecast: pd.DataFrame, agents: object) -> pd.DataFrame:
    return forecast[["queue", "start"]].assign(agents=agents)


# A tiny day by dense matrices, whose states are (busy agents, callers waiting), busy or not on schedule.

TEAM, CALLS, AHT_S, MINUTES = (3, 1, 1, 2), (5.0, 4.0, 1.0, 3.0), 150.0, 5
MOST_BUSY, MOST_WAITING = 3, 14


def generator(n: int, arrivals: float, theta: float, *, followed: bool = False) -> np.ndarray:
    """Return the rates; of a `followed` caller those who wait are ahead, and the last state is an answer."""
    waiting, size = MOST_WAITING + 1, (MOST_BUSY + 1) * (MOST_WAITING + 1)
    rates = np.zeros((size + 1, size + 1))

    def go(b: int, q: int, to: int, rate: float) -> None:
        rates[b * waiting + q, to] += rate

    for b in range(MOST_BUSY + 1):
        for q in range(waiting):
            if b < n and not followed:
                go(b, q, (b + 1) * waiting + q, arrivals)
            elif q < MOST_WAITING and not followed:
                go(b, q, b * waiting + q + 1, arrivals)
            if b > n or (b and q == 0 and not followed):
                go(b, q, (b - 1) * waiting + q, b / AHT_S)
            elif b and q:
                go(b, q, b * waiting + q - 1, b / AHT_S)
            elif b:
                go(b, q, size, b / AHT_S)
            if q:
                go(b, q, b * waiting + q - 1, q * theta)
    return rates - np.diag(rates.sum(axis=1))


def at_border(p: np.ndarray, n: int, *, followed: bool = False) -> np.ndarray:
    """Return the state when the agents become n: free ones take who waits, or the one who is followed."""
    after = np.zeros_like(p)
    after[-1] = p[-1]
    for b in range(MOST_BUSY + 1):
        for q in range(MOST_WAITING + 1):
            taken = min(max(n - b, 0), q)
            mine = followed and n - b > q
            after[-1 if mine else (b + taken) * (MOST_WAITING + 1) + q - taken] += p[
                b * (MOST_WAITING + 1) + q
            ]
    return after


@cache
def tiny_day(within_s: float, theta: float, own: float) -> dict[str, np.ndarray]:
    """Return what befell the callers of each interval, the busy agents and the queue at its end."""
    length = MINUTES * 60.0
    team = [*TEAM, TEAM[-1]]  # the last agents stay
    p = np.zeros((MOST_BUSY + 1) * (MOST_WAITING + 1) + 1)
    p[0] = 1.0
    queue = np.append(np.tile(np.arange(MOST_WAITING + 1), MOST_BUSY + 1), 0)
    busy = np.append(np.repeat(np.arange(MOST_BUSY + 1), MOST_WAITING + 1), 0)
    moves = [generator(n, 0.0, theta, followed=True) - own * np.eye(len(p)) for n in team]
    for move in moves:
        move[-1] = 0.0
    found: dict[str, list[float]] = {name: [] for name in ("served", "gone", "waited", "queue", "busy")}
    for i, n in enumerate(TEAM):
        p = at_border(p, n)
        rates = generator(n, CALLS[i] / length, theta)
        sums = np.zeros(4)
        edge = max(length - within_s, 0.0)
        for begin, end in ((0.0, edge), (edge, length)):
            nodes, weights = np.polynomial.legendre.leggauss(9)
            for node, weight in zip(nodes, weights, strict=True):
                t = begin + (end - begin) * (node + 1) / 2
                now = p @ expm(rates * t)
                must_wait = busy >= n
                must_wait[-1] = False
                late = np.where(must_wait, now, 0.0)
                left, at, rest = within_s, i, length - t
                while left > 0 and late.sum() > 1e-12:
                    span = min(left, rest if at < len(TEAM) else left)
                    late = late @ expm(moves[at] * span)
                    left -= span
                    if left > 0:
                        at, rest = at + 1, length
                        late = at_border(late, team[at], followed=True)
                share = weight * (end - begin) / 2 / length
                waited = now[must_wait].sum()
                served = now[:-1][~must_wait[:-1]].sum() + late[-1]
                gone = waited - late.sum()
                sums += share * np.array([served, gone, waited, now @ np.minimum(busy, n)])
        p = p @ expm(rates * length)
        for name, value in zip(("served", "gone", "waited", "busy"), sums, strict=True):
            found[name].append(value)
        found["queue"].append(float(p @ queue))
    return {name: np.array(values) for name, values in found.items()}


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("within_s", [20.0, 700.0])
def test_a_tiny_day_is_what_dense_matrices_say(convention: str, within_s: float) -> None:
    theta = 1 / 200
    own = 0.0 if convention == "virtual" else theta
    exact, short = tiny_day(within_s, theta, own), tiny_day(5.0, theta, own)
    lost = tiny_day(20_000.0, theta, theta)["gone"]
    served, gone = (
        exact["served"],
        short["gone" if "short" in convention or "net" in convention else "served"],
    )
    if convention.startswith("abandon"):
        gone = exact["gone"]
    level = {
        "answered": served / (1 - lost),
        "abandon_positive": served + gone,
        "abandon_ignored": served / (1 - gone),
        "short_positive": served + gone,
        "net_offered": served / (1 - gone),
    }.get(convention, served)
    forecast = volume(CALLS, AHT_S, MINUTES)
    target = Target(service_level=0.8, within_s=within_s, convention=convention)
    found = day_performance(plan(forecast, TEAM), forecast, target, patience_s=1 / theta).intervals
    np.testing.assert_allclose(found["service_level"], level, atol=1e-3)
    np.testing.assert_allclose(found["p_wait"], exact["waited"], atol=1e-3)
    np.testing.assert_allclose(found["abandoned"], lost, atol=1e-3)
    np.testing.assert_allclose(found["occupancy"], exact["busy"] / TEAM, atol=1e-3)
    np.testing.assert_allclose(found["queue_end"], exact["queue"], atol=3e-3)


@pytest.mark.parametrize(("agents", "load", "patience_s"), [(14, 10, None), (8, 10, 60.0), (103, 100, 180.0)])
def test_a_constant_day_ends_in_the_stationary_state(
    agents: int, load: float, patience_s: float | None
) -> None:
    forecast = volume(np.full(20, load * 1800 / 180), 180.0)
    found = day_performance(plan(forecast, agents), forecast, GOAL, patience_s=patience_s).intervals.iloc[-2]
    long = performance(agents, load, 180, 20, patience_s=patience_s)
    for name in ("service_level", "p_wait", "abandoned", "occupancy"):
        assert found[name] == pytest.approx(getattr(long, name), abs=1e-3), name
    assert found["asa_s"] == pytest.approx(long.asa_s, rel=5e-3)
    assert found["queue_end"] == pytest.approx(long.queue_length, rel=5e-3)


def busy_day(load: float, minutes: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a day with two peaks and hard borders, and agents who fit its load more or less."""
    rng = np.random.default_rng(seed)
    profile = np.array([0.3, 0.6, 0.9, 1, 1, 0.5, 0.4, 0.8, 0.9, 0.3, 0.5, 0.2])
    aht_s = 280.0 + 10 * np.arange(12) % 40
    agents = np.round(load * profile + rng.normal(0.4, 0.6, 12) * np.sqrt(load * profile))
    return volume(load * profile * minutes * 60 / aht_s, aht_s, minutes), np.maximum(agents, 1)


@pytest.mark.parametrize(
    ("load", "minutes", "within_s", "patience_s"),
    [(25, 30, 20.0, 90.0), (25, 15, 60.0, None), (12, 15, 1200.0, 300.0)],
)
def test_every_interval_is_within_a_hundredth_of_the_simulation(
    load: float, minutes: int, within_s: float, patience_s: float | None
) -> None:
    forecast, agents = busy_day(load, minutes, seed=5)
    target = Target(service_level=0.8, within_s=within_s)
    found = day_performance(plan(forecast, agents), forecast, target, patience_s=patience_s).intervals
    seen = simulate_staffed(
        forecast.assign(agents=agents.astype(int)),
        patience_s=patience_s,
        within_s=within_s,
        replications=6000,
        seed=11,
    ).intervals
    noise = (seen["service_level_hi"] - seen["service_level_lo"]) / 2
    assert noise.max() < 0.01
    assert (found["service_level"] - seen["service_level"]).abs().sub(noise).max() < 0.01
    assert (found["p_wait"] - seen["p_wait"]).abs().max() < 0.02
    assert (found["abandoned"] - seen["abandoned_share"]).abs().max() < 0.01
    noise_s = (seen["asa_s_hi"] - seen["asa_s_lo"]) / 2
    assert ((found["asa_s"] - seen["asa_s"]).abs() < noise_s + 0.5 + 0.05 * seen["asa_s"]).all()


@pytest.mark.parametrize("patience_s", [None, 120.0])
def test_the_work_that_comes_is_the_work_that_is_done(patience_s: float | None) -> None:
    # Nobody goes home with a call in hand: agents only become more; the last hours finish everything.
    forecast = volume([80, 200, 150, 250, 0, 0, 0, 0, 0, 0])
    agents = np.array([14, 30, 30, 40, 40, 40, 40, 40, 40, 40])
    found = day_performance(plan(forecast, agents), forecast, GOAL, patience_s=patience_s).intervals
    worked_s = (found["occupancy"] * agents).sum() * 1800
    answered = (forecast["calls"] * (1 - found["abandoned"])).sum()
    assert worked_s == pytest.approx(300 * answered, rel=1e-4)


def test_a_caller_of_an_understaffed_opening_feels_it_later() -> None:
    forecast = volume([100, 100, 100])
    calm = day_performance(plan(forecast, [20, 20, 20]), forecast, GOAL).intervals
    jammed = day_performance(plan(forecast, [12, 20, 20]), forecast, GOAL).intervals
    assert jammed["queue_end"].iloc[0] > 15
    assert (jammed["service_level"] < calm["service_level"] - 0.1).all()


def test_the_queue_left_at_closing_is_served_unless_nobody_is_there() -> None:
    forecast = volume([100, 100])
    found = day_performance(plan(forecast, [18, 14]), forecast, GOAL).intervals
    assert found["queue_end"].iloc[-1] > 5
    assert found["abandoned"].max() < 1e-5
    alone = day_performance(plan(forecast, [18, 0]), forecast, GOAL).intervals
    assert alone["abandoned"].iloc[-1] == pytest.approx(1)
    assert alone["asa_s"].iloc[-1] == np.inf
    assert 0 < alone["abandoned"].iloc[0] < 0.1


def test_days_and_queues_stand_alone() -> None:
    monday, tuesday = volume([100, 120, 90]), volume([100, 120, 90], first="2024-05-07 08:00")
    service = volume([30, 20], 400.0, first="2024-05-07 09:00").assign(queue="service")
    forecast = pd.concat([tuesday, service, monday])
    agents = forecast["queue"].map({"sales": 19, "service": 6})
    found = day_performance(plan(forecast, agents), forecast, GOAL, patience_s=90).intervals
    assert found["queue"].tolist() == ["sales"] * 6 + ["service"] * 2
    names = ["service_level", "p_wait", "asa_s", "abandoned", "occupancy", "queue_end"]
    np.testing.assert_allclose(found[names].iloc[:3], found[names].iloc[3:6], atol=1e-6)
    one = day_performance(plan(service, 6), service, GOAL, patience_s=90).intervals
    np.testing.assert_allclose(found[names].iloc[6:], one[names], atol=1e-9)


def test_an_interval_without_calls_is_served_and_needs_no_handling_time() -> None:
    forecast = volume([100, 0, 0, 60], [300, np.nan, np.nan, 300])
    found = day_performance(plan(forecast, [17, 17, 0, 12]), forecast, GOAL).intervals
    assert found["service_level"].tolist()[1:3] == [1, 1]
    assert found["occupancy"].between(0, 1).all()
    closed = day_performance(plan(volume([0, 0]), 0), volume([0, 0]), GOAL, repair=True).intervals
    assert closed[["service_level", "agents"]].to_numpy().tolist() == [[1, 0], [1, 0]]


def test_a_fraction_of_an_agent_counts_for_what_it_is() -> None:
    forecast = volume([100, 120, 90])
    levels = [
        day_performance(plan(forecast, 19 + part), forecast, GOAL).intervals["service_level"].to_numpy()
        for part in (0, 0.25, 0.5, 0.75, 1)
    ]
    assert (np.diff(levels, axis=0) > 0).all()


@pytest.mark.parametrize("patience_s", [None, 120.0])
@pytest.mark.parametrize("more", [-4, 0, 5])
def test_repair_leaves_no_interval_short_and_none_with_an_agent_too_many(
    more: int, patience_s: float | None
) -> None:
    forecast, _ = busy_day(30, 30, seed=2)
    load = forecast["calls"] * forecast["aht_s"] / 1800
    agents = np.maximum(required_agents(load, forecast["aht_s"], GOAL, patience_s=patience_s) + more, 0)
    mended = day_performance(plan(forecast, agents), forecast, GOAL, patience_s=patience_s, repair=True)
    team = mended.intervals["agents"].to_numpy()

    def lowest(team: np.ndarray) -> float:
        found = day_performance(plan(forecast, team), forecast, GOAL, patience_s=patience_s)
        return found.intervals["service_level"].min()

    assert lowest(team) == pytest.approx(mended.intervals["service_level"].min(), abs=1e-6)
    assert lowest(team) >= 0.79 - 1e-6
    for i in range(len(team)):
        assert lowest(team - (np.arange(len(team)) == i)) < 0.79 + 1e-6, i
    change = team - agents
    assert (mended.added, mended.removed) == (change[change > 0].sum(), -change[change < 0].sum())
    assert mended.agent_hours == pytest.approx(team.sum() / 2)
    assert mended.agent_hours_before == pytest.approx(agents.sum() / 2)
    assert f"repair: {mended.added} agent-intervals added, {mended.removed} removed" in str(mended)


def test_repair_puts_an_agent_where_the_queue_comes_from() -> None:
    # Both need agents, and the later one for what the earlier one leaves: fewer in all if added early.
    forecast = volume([100, 100, 100])
    mended = day_performance(plan(forecast, [19, 12, 19]), forecast, GOAL, repair=True)
    assert (mended.intervals["service_level"] >= 0.79).all()
    assert mended.intervals["agents"].sum() <= 3 * required_agents(100 / 6, 300, GOAL) + 1


def test_the_same_input_gives_the_same_bytes_and_stays_as_it_was() -> None:
    forecast, agents = busy_day(20, 30, seed=1)
    staffed = plan(forecast, agents)
    copies = forecast.copy(), staffed.copy()
    one, other = (day_performance(staffed, forecast, GOAL, patience_s=90, repair=True) for _ in range(2))
    assert one.intervals.to_csv() == other.intervals.to_csv()
    assert str(one) == str(other)
    pd.testing.assert_frame_equal(forecast, copies[0])
    pd.testing.assert_frame_equal(staffed, copies[1])


def test_an_endless_threshold_is_met_by_all_who_are_answered() -> None:
    forecast, agents = busy_day(20, 30, seed=3)
    target = Target(service_level=0.8, within_s=np.inf)
    found = day_performance(plan(forecast, agents), forecast, target, patience_s=90).intervals
    np.testing.assert_allclose(found["service_level"], 1 - found["abandoned"], atol=2e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"staffed": lambda t: t.drop(index=1)}, "staffed, queue sales: 1 intervals of the forecast"),
        ({"forecast": lambda t: t.drop(index=1)}, "forecast, queue sales: 1 intervals of the staffed"),
        ({"staffed": lambda t: t.assign(agents=-1)}, "staffed, row 0, column agents: found -1"),
        ({"staffed": lambda t: t.assign(agents=np.nan)}, "staffed, row 0, column agents: an empty cell"),
        ({"forecast": lambda t: t.assign(aht_s=np.nan)}, "column aht_s: no handling time"),
        ({"forecast": lambda t: t.assign(aht_s=0.0)}, "column aht_s: found 0"),
        ({"forecast": lambda t: pd.concat([t, t])}, "stands in row 0 too"),
        ({"patience_s": 0}, "patience_s: found 0"),
        ({"patience_s": [60, 60]}, "patience_s: found"),
        ({"target": Target(occupancy=0.8), "repair": True}, "no service level to repair for"),
        ({"target": Target(service_level=[0.8, 0.9], within_s=20)}, "target, service_level: several values"),
    ],
)
def test_bad_input_is_refused_in_one_line(change: dict, message: str) -> None:
    forecast = volume([100, 120, 90])
    arguments = {"staffed": plan(forecast, 19), "forecast": forecast, "target": GOAL}
    for name, value in change.items():
        arguments[name] = value(arguments[name]) if callable(value) else value
    with pytest.raises(Refused) as refusal:
        day_performance(**arguments)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("calls", "aht_s", "agents", "patience_s", "within_s"),
    [
        # Half the team is away while a queue waits whose calls are longer, or shorter, than those that come.
        ([110.0] * 10, [330.0, 400.0] * 5, [44, 44, 46, 46, 30, 30, 46, 46, 48, 44], 300.0, 20.0),
        ([110.0] * 10, [330.0, 400.0] * 5, [44, 44, 46, 46, 38, 38, 52, 54, 48, 48], None, 60.0),
        # More are busy than are scheduled, and who wants to wait is soon gone.
        (
            [40.0, 32, 27, 19, 10, 8, 8],
            [680.0, 562, 527, 527, 558, 680, 549],
            [30, 19, 15, 11, 7, 6, 6],
            60.0,
            60.0,
        ),
    ],
)
def test_a_call_out_of_a_long_queue_takes_as_long_as_calls_did_when_it_came(
    calls: list[float], aht_s: list[float], agents: list[int], patience_s: float | None, within_s: float
) -> None:
    forecast = volume(calls, aht_s, 15)
    target = Target(service_level=0.8, within_s=within_s)
    found = day_performance(plan(forecast, agents), forecast, target, patience_s=patience_s).intervals
    seen = simulate_staffed(
        forecast.assign(agents=agents), patience_s=patience_s, within_s=within_s, replications=8000, seed=3
    ).intervals
    noise = (seen["service_level_hi"] - seen["service_level_lo"]) / 2
    assert (found["service_level"] - seen["service_level"]).abs().sub(noise).max() < 0.006
    assert (found["abandoned"] - seen["abandoned_share"]).abs().max() < 0.01


def test_who_comes_into_a_queue_of_hundreds_is_answered_or_hangs_up() -> None:
    # All waits end within 300 s, so that who was answered was answered in time.
    forecast = volume([4600.0] * 4, 150.0, 60)
    target = Target(service_level=0.7, within_s=400)
    found = day_performance(plan(forecast, [192, 100, 90, 90]), forecast, target, patience_s=120).intervals
    np.testing.assert_allclose(found["service_level"] + found["abandoned"], 1.0, atol=0.004)


def test_repair_comes_back_to_an_interval_that_agents_of_later_made_worse() -> None:
    # Of the answered alone: more agents later answer those late who would have hung up.
    calls = [1.04, 4.1, 0, 10.3, 0, 8.9, 7.6, 6.2, 6.2, 4.5]
    forecast = volume(calls, 1144.0)
    target = Target(service_level=0.8, within_s=60, convention="answered")
    agents = [2, 5, 1, 9, 1, 8, 3, 3, 6, 5]
    mended = day_performance(plan(forecast, agents), forecast, target, patience_s=900, repair=True)
    assert mended.intervals["service_level"].min() >= 0.79
