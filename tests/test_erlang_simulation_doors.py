"""What the simulation takes and gives: tables, closing time, callbacks, seeds, refusals."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused
from erlang import Target, require
from erlang.simulation.callers import CallbackOffer, CallType, Exponential, Lognormal, Observed, Team
from erlang.simulation.simulate import Simulation, simulate, simulate_staffed

ZONE = "Europe/Paris"
COUNTS = ["answered", "abandoned", "blocked", "called_back", "callback_failed"]


def staffed(**columns: object) -> pd.DataFrame:
    """Return sales on two mornings, and service on one, with other hours; `columns` replace its own."""
    clock = ["06 09:00", "06 09:30", "06 10:00", "07 09:00", "07 09:30", "06 08:00", "06 10:00"]
    frame = pd.DataFrame(
        {
            "queue": ["sales"] * 5 + ["service"] * 2,
            "start": pd.to_datetime([f"2024-05-{text}" for text in clock]).tz_localize(ZONE),
            "minutes": [30] * 5 + [60] * 2,
            "calls": [100.0, 120.0, 0.0, 80.0, 100.0, 30.0, 40.0],
            "aht_s": [180.0, 180.0, np.nan, 180.0, 240.0, 300.0, 300.0],
            "agents": [11, 12, 3, 9, 13, 3, 4],
        }
    )
    return frame.assign(**columns)


def only(**options: object) -> Simulation:
    """Simulate three half hours of one queue whose team shrinks."""
    call_type = CallType("q", [100, 120, 60], [180, 200, 240], 90)
    return simulate([call_type], [Team("t", ["q"], [12, 9, 7])], **options)


def assert_conserved(result: Simulation) -> None:
    for table in (result.intervals, result.queues):
        assert table["offered"].to_numpy() == pytest.approx(table[COUNTS].sum(axis=1).to_numpy())
    sums = result.intervals.groupby("queue", sort=False)[["offered", *COUNTS]].sum()
    expected = result.queues.set_index("queue")[["offered", *COUNTS]]
    pd.testing.assert_frame_equal(sums, expected)


def test_the_records_add_up_to_the_tables() -> None:
    result = only(replications=30, records=True, convention="abandon_ignored")
    calls = result.records
    interval = calls["arrived_s"].floordiv(1800).astype(int)
    counts = pd.crosstab(interval, calls["outcome"]) / 30
    for name in ("answered", "abandoned"):
        assert result.intervals[name].tolist() == pytest.approx(counts[name].tolist())
    answered = calls["outcome"] == "answered"
    in_time = calls["waited_s"] <= 20
    good, soon_gone = (
        (answered & in_time).groupby(interval).sum(),
        (~answered & in_time).groupby(interval).sum(),
    )
    level = good / (interval.value_counts().sort_index() - soon_gone)
    assert result.intervals["service_level"].tolist() == pytest.approx(level.tolist())
    asa_s = calls["waited_s"].where(answered).groupby(interval).mean()
    assert result.intervals["asa_s"].tolist() == pytest.approx(asa_s.tolist())
    handled_h = result.teams["handled_h"][0]
    over = (calls["arrived_s"] + calls["waited_s"] + calls["handle_s"] - 5400).clip(lower=0)
    late = over.clip(upper=calls["handle_s"]).sum()
    assert handled_h == pytest.approx((calls["handle_s"].sum() - late) / 30 / 3600)
    assert result.teams["staffed_h"][0] == 14
    assert_conserved(result)


def test_the_interval_of_a_share_is_that_of_a_ratio() -> None:
    """Checked against the jackknife, which knows nothing of the delta method."""
    result = only(replications=60, records=True, seed=5)
    calls = result.records[result.records["arrived_s"] < 1800]
    good = (calls["outcome"] == "answered") & (calls["waited_s"] <= 20)
    counts = pd.DataFrame({"good": good, "all": 1}).groupby(calls["replication"]).sum()
    left_out = (counts["good"].sum() - counts["good"]) / (counts["all"].sum() - counts["all"])
    error = np.sqrt(59 / 60 * ((left_out - left_out.mean()) ** 2).sum())
    row = result.intervals.iloc[0]
    assert row["service_level_hi"] - row["service_level"] == pytest.approx(2.0010 * error, rel=0.01)


def test_a_staffed_table_is_simulated_with_its_times_given_back() -> None:
    result = simulate_staffed(staffed(), patience_s={"sales": 60, "service": None}, replications=20)
    table = result.intervals
    assert table[["queue", "start", "minutes"]].equals(staffed()[["queue", "start", "minutes"]])
    assert table["offered"].tolist() == pytest.approx(staffed()["calls"].tolist(), rel=0.15)
    assert table["service_level"].isna().tolist() == [False, False, True, *[False] * 4]
    assert table["abandoned"].iloc[5:].tolist() == [0, 0]
    assert_conserved(result)


def test_lines_of_a_table_block() -> None:
    result = simulate_staffed(staffed(), lines={"sales": 12, "service": None}, replications=20)
    assert result.queues["blocked"][0] > 5
    assert result.queues["blocked"][1] == 0
    assert_conserved(result)


def test_a_table_without_gaps_is_the_same_as_its_queues() -> None:
    table = staffed().iloc[:3].assign(aht_s=[180.0, 200.0, 240.0])
    by_table = simulate_staffed(table, patience_s=90, within_s=30, replications=5, seed=2, aht_cv=1.5)
    call_type = CallType("sales", [100, 120, 0], Lognormal([180, 200, 1], 1.5), 90, within_s=30)
    by_hand = simulate([call_type], [Team("sales", ["sales"], [11, 12, 3])], replications=5, seed=2)
    same = by_hand.intervals.drop(columns="interval")
    pd.testing.assert_frame_equal(by_table.intervals.drop(columns=["start", "minutes"]), same)
    pd.testing.assert_frame_equal(by_table.teams, by_hand.teams)


def test_a_requirement_gives_what_it_promises() -> None:
    """Sized as if its load had always lasted, an interval begins better: the first starts empty."""
    forecast = (
        staffed()
        .iloc[:2]
        .assign(
            model="m", cutoff=pd.Timestamp("2024-05-05", tz=ZONE), calls_lo=90.0, calls_hi=130.0, level=0.8
        )
    )
    requirement = require(forecast, Target(service_level=0.8, within_s=20), patience_s=120)
    result = simulate_staffed(requirement, patience_s=120, replications=400)
    assert (result.intervals["service_level"] > 0.8).all()
    assert result.intervals["service_level"].tolist() == pytest.approx(
        requirement["service_level"].tolist(), abs=0.06
    )


def test_agents_may_stay_at_closing_time_until_the_queue_is_empty() -> None:
    late = staffed(agents=[11, 12, 3, 9, 13, 3, 2])
    stay, leave = (
        simulate_staffed(late, replications=200, closing=closing, records=True)
        for closing in ("stay", "leave")
    )
    assert stay.queues["abandoned"].tolist() == [0, 0]
    assert stay.queues["answered"].tolist() == stay.queues["offered"].tolist()
    # Nobody is impatient: who hangs up was cut off when the hours of the queue ended.
    calls = leave.records[leave.records["outcome"] == "abandoned"]
    ends_h = ((calls["arrived_s"] + calls["waited_s"]) / 3600).round(9)
    assert {26.0} <= set(ends_h[calls["queue"] == "sales"]) <= {2.5, 26.0}
    assert set(ends_h[calls["queue"] == "service"]) == {1.0, 3.0}
    assert leave.queues["abandoned"][1] > 5
    assert_conserved(leave)


def test_a_queue_that_nobody_serves_is_cut_off_when_it_opens_again() -> None:
    table = staffed(agents=[0] * 5 + [3, 4])
    calls = simulate_staffed(table, replications=2, records=True).records
    ends = (calls["arrived_s"] + calls["waited_s"])[calls["queue"] == "sales"]
    assert sorted(set(ends.round(6))) == [25 * 3600, 26 * 3600]


def test_days_of_a_table_have_rates_of_their_own() -> None:
    table = staffed(agents=60, calls=[200.0, 200, 0, 200, 200, 300, 0])
    calls = simulate_staffed(table, replications=400, day_spread=0.3, records=True).records
    day = calls["arrived_s"].floordiv(12 * 3600)
    volume = pd.crosstab(calls["replication"], [calls["queue"], day])
    monday, tuesday, service = (volume[key] for key in (("sales", 0), ("sales", 2), ("service", 0)))
    assert monday.var() == pytest.approx(400 + 120**2, rel=0.2)
    assert monday.corr(service) > 0.9
    assert abs(monday.corr(tuesday)) < 0.15


@pytest.mark.parametrize("failed", [0.0, 0.4, 1.0])
def test_a_callback_is_made_later_and_may_fail(failed: float) -> None:
    """Two agents talk of 600 s; all who wait are offered a callback after 20 s, half of them take it."""
    offer = CallbackOffer(share=0.5, after_s=20, delay_s=1200, failed=failed, failed_s=45)
    call_type = CallType("q", 8, Lognormal(600, 0), Lognormal(100, 0), callback=offer)
    result = simulate([call_type], [Team("t", ["q"], 2)], replications=400, records=True)
    calls = result.records
    back = calls["outcome"].isin(["called_back", "callback_failed"])
    assert calls.loc[back, "waited_s"].round(9).eq(20).all()
    assert calls.loc[calls["outcome"] == "abandoned", "waited_s"].round(9).eq(100).all()
    assert calls.loc[back, "outcome"].eq("callback_failed").mean() == pytest.approx(failed, abs=0.05)
    assert calls.loc[calls["outcome"] == "callback_failed", "handle_s"].eq(45).all()
    assert calls.loc[calls["outcome"] == "called_back", "handle_s"].round(9).eq(600).all()
    reached = calls["waited_s"] >= 20 - 1e-9
    assert (back.sum() / reached.sum()) == pytest.approx(0.5, abs=0.04)
    assert_conserved(result)


def test_a_callback_that_is_due_after_all_have_left_fails() -> None:
    offer = CallbackOffer(share=1, delay_s=3600)
    call_type = CallType("q", 30, 300, callback=offer)
    row = simulate([call_type], [Team("t", ["q"], 2)], replications=20, closing="leave").queues.iloc[0]
    assert (row["called_back"], row["abandoned"]) == (0, 0)
    assert row["callback_failed"] > 5


PROGRAM = """
from erlang.simulation.callers import CallbackOffer, CallType, Team
from erlang.simulation.simulate import simulate
call_types = [CallType("a", [50, 80], 200, 60, callback=CallbackOffer(0.2)), CallType("b", 30, 100, lines=9)]
teams = [Team("x", ["a"], [8, 9]), Team("y", ["b", "a"], 3)]
result = simulate(call_types, teams, replications=4, seed=11, day_spread=0.1, records=True)
text = "".join(table.to_csv() for table in (result.intervals, result.queues, result.teams, result.records))
"""


def test_the_same_seed_gives_the_same_bytes_in_a_fresh_process() -> None:
    here: dict[str, str] = {}
    exec(PROGRAM, here)
    elsewhere = [sys.executable, "-c", PROGRAM + "print(text, end='')"]
    assert subprocess.run(elsewhere, capture_output=True, text=True, check=True).stdout == here["text"]
    assert here["text"].count("\n") > 500


def test_one_seed_brings_the_same_callers_to_every_team() -> None:
    call_types = [CallType("a", 60, 200, 60), CallType("b", 30, 100, 90)]
    one, other = (
        simulate(call_types, teams, replications=3, seed=4, records=True, routing=routing).records
        for teams, routing in (
            ([Team("x", ["a"], 7), Team("y", ["b"], 3)], "longest_wait"),
            ([Team("z", ["b", "a"], 30)], "priority"),
        )
    )
    same = ["replication", "queue", "arrived_s"]
    pd.testing.assert_frame_equal(one[same], other[same])
    both = one["handle_s"].notna() & other["handle_s"].notna()
    assert both.mean() > 0.7
    assert (one["handle_s"] == other["handle_s"])[both].all()
    assert not simulate(call_types, [Team("z", ["b", "a"], 30)], replications=3, seed=5).queues.equals(
        simulate(call_types, [Team("z", ["b", "a"], 30)], replications=3, seed=4).queues
    )


def test_the_agents_of_the_first_team_that_prefers_the_queue_are_asked_first() -> None:
    call_type, other = CallType("a", 5, 60), CallType("b", 1, 60)
    teams = [Team("last", ["b", "a"], 50), Team("first", ["a"], 50), Team("second", ["a"], 50)]
    calls = simulate([call_type, other], teams, replications=20, records=True).records
    assert set(calls.loc[calls["queue"] == "a", "team"]) == {"first"}
    assert set(calls.loc[calls["queue"] == "b", "team"]) == {"last"}


def test_one_replication_has_no_interval_and_no_call_has_no_level() -> None:
    row = only(replications=1).intervals.iloc[0]
    assert np.isnan(row["service_level_lo"])
    assert row["service_level"] > 0
    nobody = simulate([CallType("q", 0, 180)], [Team("t", ["q"], 0)], replications=3)
    assert nobody.queues[["service_level", "asa_s"]].isna().all(axis=None)
    assert nobody.queues["offered"][0] == 0
    assert nobody.teams["occupancy"].isna().all()
    nowhere = simulate([CallType("q", 10, 180)], [Team("t", ["q"], 0)], replications=3)
    assert nowhere.queues["abandoned"][0] == nowhere.queues["offered"][0] > 0
    assert nowhere.queues["service_level"][0] == 0


def test_an_endless_patience_is_none_and_endless_time_counts_all_answered() -> None:
    one, other = (
        simulate([CallType("q", 100, 180, patience)], [Team("t", ["q"], 11)], replications=3)
        for patience in (None, np.inf)
    )
    pd.testing.assert_frame_equal(one.queues, other.queues)
    row = simulate(
        [CallType("q", 100, 180, 60, within_s=np.inf)], [Team("t", ["q"], 9)], replications=3
    ).queues.iloc[0]
    assert row["service_level"] == pytest.approx(row["answered"] / row["offered"])


CALLS, TEAM = CallType("q", 100, 180), Team("t", ["q"], 12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"minutes": 0}, "minutes: found 0; it must be above 0"),
        ({"minutes": -5}, "minutes: found -5; it must be 0 or more"),
        ({"warm_up_min": -1}, "warm_up_min: found -1; "),
        ({"replications": 0}, "replications: found 0; give a whole number from 1 on"),
        ({"replications": 2.5}, "replications: found 2.5; "),
        ({"seed": -1}, "seed: found -1; give a whole number from 0 on"),
        ({"day_spread": -0.1}, "day_spread: found -0.1; "),
        ({"routing": "longest"}, "routing: found 'longest'; did you mean longest_wait"),
        ({"closing": "go"}, "closing: found 'go'; "),
        ({"convention": "virtual"}, "convention: found 'virtual'; "),
        ({"convention": "Offered"}, "convention: found 'Offered'; did you mean offered"),
        ({"short_s": np.nan}, "short_s: found nan; "),
        ({"short_s": "5"}, "short_s: found '5'; "),
        ({"day_spread": "0.1"}, "day_spread: found '0.1'; "),
        ({"minutes": "30"}, "minutes: found '30'; "),
        ({"replications": True}, "replications: found True; "),
        ({"call_types": CALLS}, "call_types: found CallType("),
        ({"call_types": ["q"]}, "call_types: found ['q']; give a list of CallType"),
        ({"teams": [None]}, "teams: found [None]; give a list of Team"),
        ({"teams": []}, "simulation: no queue or no team; "),
        ({"teams": [TEAM, TEAM]}, "team t: found twice; "),
        ({"call_types": [CALLS, CALLS]}, "queue q: found twice; "),
        ({"teams": [Team("t", ["p"], 2)]}, "team t, skills: found 'p'; "),
        (
            {"teams": [Team("t", ["q"], [1, 2])], "call_types": [CallType("q", [1, 2, 3], 9)]},
            "team t, agents: 2 ",
        ),
        (
            {"call_types": [CallType("q", 9, [60, 70])], "teams": [Team("t", ["q"], [1, 2, 3])]},
            "queue q, aht_s: 2 ",
        ),
    ],
)
def test_a_simulation_refuses_by_name(options: dict[str, object], message: str) -> None:
    with pytest.raises(Refused) as refused:
        simulate(**{"call_types": [CALLS], "teams": [TEAM], **options})
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CallType("q", -1, 180), "queue q, calls: found -1; it must be 0 or more"),
        (lambda: CallType("q", [[1]], 180), "queue q, calls: an array of shape (1, 1); "),
        (lambda: CallType("q", [], 180), "queue q, calls: an array of shape (0,); "),
        (lambda: CallType("q", 1, 0), "queue q, aht_s: found 0; it must be above 0"),
        (lambda: CallType("q", 1, "long"), "queue q, aht_s: found 'long'; "),
        (lambda: CallType("q", 1, None), "queue q, aht_s: found None; "),
        (lambda: CallType("q", 1, np.inf), "queue q, aht_s: found inf; "),
        (lambda: CallType("q", 1, Exponential(np.inf)), "queue q, aht_s: found inf; "),
        (lambda: CallType("q", 1, 180, 0), "queue q, patience_s: found 0; it must be above 0"),
        (lambda: CallType("q", 1, 180, np.nan), "queue q, patience_s: found nan; "),
        (lambda: CallType("q", 1, 180, within_s=-1), "queue q, within_s: found -1; "),
        (lambda: CallType("q", 1, 180, within_s=[1, 2]), "queue q, within_s: found [1, 2]; give one number"),
        (lambda: CallType("q", 1, 180, lines=-2), "queue q, lines: found -2; "),
        (lambda: CallType("q", 1, 180, lines=2.5), "queue q, lines: found 2.5; lines are whole"),
        (lambda: CallType("q", "5", 180), "queue q, calls: found '5'; "),
        (lambda: CallType("q", True, 180), "queue q, calls: found True; "),
        (lambda: CallType("q", 1, 180, within_s="20"), "queue q, within_s: found '20'; "),
        (lambda: CallType("q", 1, 180, priority="high"), "queue q, priority: found 'high'; "),
        (lambda: CallType("q", 1, 180, priority=1.5), "queue q, priority: found 1.5; priorities are whole"),
        (lambda: CallType("q", 1, 180, callback=0.5), "queue q, callback: found 0.5; give a CallbackOffer"),
        (lambda: Team("t", ["q"], True), "team t, agents: found True; "),
        (lambda: CallbackOffer(share="0.5"), "share: found '0.5'; "),
        (lambda: Team("t", ["q"], 2.5), "team t, agents: found 2.5; "),
        (lambda: Team("t", "q", 2), "team t, skills: found 'q'; give a list of queues"),
        (lambda: Team("t", [], 2), "team t, skills: found []; "),
        (lambda: Team("t", ["q", "q"], 2), "team t, skills: one queue twice; "),
        (lambda: Observed([]), "seconds: an array of shape (0,); "),
        (lambda: Observed([3, -1]), "seconds: found -1; "),
        (lambda: Lognormal(0, 1), "mean_s: found 0; "),
        (lambda: Lognormal(180, np.nan), "cv: found nan; "),
        (lambda: CallbackOffer(share=1.2), "share: found 1.2; a share lies between 0 and 1"),
        (lambda: CallbackOffer(share=0.5, delay_s=-1), "delay_s: found -1; "),
    ],
)
def test_callers_and_teams_refuse_by_name(make: object, message: str) -> None:
    with pytest.raises(Refused) as refused:
        make()
    assert str(refused.value).startswith(message)


def test_tables_are_refused_by_name() -> None:
    with pytest.raises(Refused, match="staffed, queue sales, column aht_s: no handling time"):
        simulate_staffed(staffed(aht_s=np.nan))
    with pytest.raises(Refused, match="agents"):
        simulate_staffed(staffed(agents=-1))
    with pytest.raises(Refused, match="agents"):
        simulate_staffed(staffed().drop(columns="agents"))
    with pytest.raises(Refused, match="patience_s: nothing for queue service"):
        simulate_staffed(staffed(), patience_s={"sales": 60})
    with pytest.raises(Refused, match="staffed: no rows"):
        simulate_staffed(staffed().iloc[:0])
