"""Several queues and shared teams: heads counted once, held against brute force and hand-made cases."""

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Infeasible, Refused, Remark
from scheduling import Rules, Schedule, schedule
from scheduling.rules import QueueRules, Team

ZONE = "Europe/Paris"
PLAIN = Rules(lengths_h=(2.0,), meal_min=0)
BLENDED = {"blended": Team(queues=("sales", "support"))}


def requirement(**heads: list[int]) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "queue": queue,
                "start": pd.date_range("2024-05-06 08:00", periods=len(need), freq="60min", tz=ZONE),
                "minutes": 60,
                "rostered": need,
            }
        )
        for queue, need in heads.items()
    ]
    return pd.concat(parts, ignore_index=True)


def brute_force(sales: list[int], support: list[int], team_cost: float, most: int = 2) -> float:
    """Return the least cost over all plans of 2 h shifts; shared heads go where they are missed."""
    starts = len(sales) - 1
    best = np.inf
    for counts in itertools.product(range(most + 1), repeat=3 * starts):
        own_sales, own_support, shared = np.reshape(counts, (3, starts))
        work = [np.convolve(heads, [1, 1]) for heads in (own_sales, own_support, shared)]
        missing = np.maximum(np.array(sales) - work[0], 0) + np.maximum(np.array(support) - work[1], 0)
        under = np.maximum(missing - work[2], 0).sum()
        cost = 2 * (own_sales.sum() + own_support.sum() + team_cost * shared.sum()) + 10 * under
        best = min(best, cost)
    return float(best)


@pytest.mark.parametrize("team_cost", [1.0, 1.2, 3.0])
def test_a_shared_team_costs_what_brute_force_finds(team_cost: float) -> None:
    sales, support = [1, 0, 2], [0, 1, 1]
    rules = PLAIN.replace(teams={"blended": Team(queues=("sales", "support"), cost_per_h=team_cost)})
    found = schedule(requirement(sales=sales, support=support), rules)
    assert found.outcome[0].cost == pytest.approx(brute_force(sales, support, team_cost))
    assert found.outcome[0].queue == "sales, support"


def test_a_shared_head_works_for_one_queue_at_a_time() -> None:
    # Sales in the first hour, support in the second: one head of the shared team does both.
    found = schedule(requirement(sales=[1, 0], support=[0, 1]), PLAIN.replace(teams=BLENDED))
    assert found.shift_plan[["queue", "heads"]].to_numpy().tolist() == [["blended", 1]]
    assert found.coverage["staffed"].tolist() == [1, 0, 0, 1]
    both = schedule(requirement(sales=[1, 1], support=[1, 1]), PLAIN.replace(teams=BLENDED))
    assert both.shift_plan["heads"].sum() == 2


def test_heads_at_work_are_those_given_to_queues() -> None:
    rng = np.random.default_rng(5)
    need = requirement(sales=rng.integers(0, 6, 14).tolist(), support=rng.integers(0, 6, 14).tolist())
    rules = Rules(lengths_h=(4.0, 6.0), meal_min=60, teams=BLENDED, over_cost_per_h=0.1)
    found = schedule(need, rules)
    by_hour = found.coverage.groupby("start")["staffed"].sum()
    for hour, staffed in by_hour.items():
        plan = found.shift_plan
        present = (plan["start"] <= hour) & (plan["end"] > hour)
        eating = (plan["meal_start"] <= hour) & (plan["meal_end"] > hour)
        assert staffed == plan.loc[present & ~eating, "heads"].sum()


def test_a_team_may_be_limited() -> None:
    need = requirement(sales=[2, 0], support=[0, 2])
    free = schedule(need, PLAIN.replace(teams=BLENDED))
    assert free.shift_plan["queue"].tolist() == ["blended"]
    one = schedule(need, PLAIN.replace(teams={"blended": BLENDED["blended"].replace(heads_at_most=1)}))
    assert one.shift_plan.set_index("queue")["heads"].to_dict() == {"blended": 1, "sales": 1, "support": 1}


def test_a_queue_without_heads_of_its_own() -> None:
    rules = PLAIN.replace(teams=BLENDED, queues={"sales": QueueRules(dedicated=False)})
    found = schedule(requirement(sales=[3, 3], support=[1, 1]), rules)
    assert "sales" not in set(found.shift_plan["queue"])
    assert found.coverage["under"].sum() == 0


def test_queues_that_share_nobody_are_planned_apart() -> None:
    need = requirement(sales=[1, 2], support=[2, 1], mail=[1, 1])
    found = schedule(need, PLAIN.replace(teams=BLENDED))
    assert [outcome.queue for outcome in found.outcome] == ["mail", "sales, support"]
    alone = schedule(requirement(mail=[1, 1]), PLAIN)
    mail = found.shift_plan[found.shift_plan["queue"] == "mail"].reset_index(drop=True)
    pd.testing.assert_frame_equal(mail, alone.shift_plan)


def test_each_queue_has_its_own_prices() -> None:
    # At 1.2 an hour a shift of two hours for one needed hour is not worth it; at 10 it is.
    rules = PLAIN.replace(queues={"sales": QueueRules(under_cost_per_h=1.2)})
    found = schedule(requirement(sales=[1, 0], support=[1, 0]), rules)
    assert found.coverage.groupby("queue")["under"].sum().to_dict() == {"sales": 1, "support": 0}
    # Where a head too many costs, shifts that pile up are avoided.
    dear = PLAIN.replace(lengths_h=(2.0, 3.0), over_cost_per_h=5.0, under_cost_per_h=6.0)
    need = requirement(sales=[1, 2, 1])
    assert schedule(need, dear).coverage["over"].sum() == 0
    assert schedule(need, dear.replace(over_cost_per_h=0.0)).coverage["under"].sum() == 0


def floored(need: pd.DataFrame, rules: Rules) -> Schedule:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Remark)
        return schedule(need, rules)


def test_a_floor_is_kept_whatever_it_costs() -> None:
    rules = PLAIN.replace(heads_at_least=2, queues={"support": QueueRules(heads_at_least=0)})
    found = floored(requirement(sales=[0, 1, 5, 0], support=[0, 0, 0, 0]), rules)
    staffed = found.coverage.groupby("queue")["staffed"].apply(list)
    assert min(staffed["sales"]) >= 2
    assert max(staffed["support"]) == 0
    priced = rules.replace(over_cost_per_h=3.0)
    assert floored(requirement(sales=[0, 1, 5, 0]), priced).coverage["staffed"].min() >= 2


def test_a_floor_that_no_shift_reaches_says_where() -> None:
    need = requirement(sales=[1] * 8)
    rules = Rules(lengths_h=(3.0,), meal_min=0, heads_at_least=1, latest_start="11:00")
    with pytest.raises(Infeasible) as infeasible:
        schedule(need, rules)
    assert str(infeasible.value) == (
        "sales, 2024-05-06 14:00: heads_at_least is 1, and no shift can be at work there; allow shorter "
        "shifts, or earlier or later starts, or lower heads_at_least"
    )


def test_a_floor_against_other_hard_rules_names_them() -> None:
    rules = PLAIN.replace(
        heads_at_least=3,
        queues={"sales": QueueRules(dedicated=False)},
        teams={"blended": Team(queues=("sales", "support"), heads_at_most=2)},
    )
    with pytest.raises(
        Infeasible, match=r"sales, 2024-05-06 08:00: heads_at_least is 3, and 1 of them cannot"
    ) as it:
        schedule(requirement(sales=[1, 1], support=[1, 1]), rules)
    assert "under heads_at_most of the shared teams; raise that" in str(it.value)
    with pytest.raises(Infeasible, match="1 of them cannot be there under starts_at_most = 1"):
        schedule(requirement(sales=[1] * 4), PLAIN.replace(heads_at_least=1, starts_at_most=1))


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            {"teams": {"sales": Team(queues=("sales", "support"))}},
            r"shifts\.teams\.sales: a queue has the same name",
        ),
        ({"queues": {"sales": {"dedicated": False}}}, "no team serves it; name sales in a team's queues"),
        ({"teams": {"blended": {"queues": []}}}, r"teams\.blended\.queues"),
        ({"cost_per_h": 0.0, "over_cost_per_h": 0.0}, "cost_per_h: 0, and heads too many cost nothing"),
    ],
)
def test_faulty_teams_are_refused(rules: dict, message: str) -> None:
    with pytest.raises(Refused, match=message):
        schedule(
            requirement(sales=[1, 1], support=[1, 1]),
            Rules.from_dict({"meal_min": 0, "lengths_h": [2.0], **rules}, "site.toml"),
        )


def test_queues_of_different_intervals_share_a_team() -> None:
    need = requirement(sales=[1, 0, 0, 0])
    halves = pd.date_range("2024-05-06 10:30", periods=3, freq="30min", tz=ZONE)
    need = pd.concat(
        [need, pd.DataFrame({"queue": "support", "start": halves, "minutes": 30, "rostered": [0, 1, 1]})]
    )
    found = schedule(need, PLAIN.replace(lengths_h=(1.0,), teams=BLENDED))
    assert found.outcome[0].cost == pytest.approx(2)
    assert found.coverage["under"].sum() == 0


def test_rules_for_queues_that_are_not_there_are_remarked() -> None:
    with pytest.warns(Remark, match=r"shifts\.queues\.sails: no such queue in the requirement"):
        schedule(requirement(sales=[1, 1]), PLAIN.replace(queues={"sails": QueueRules(heads_at_least=1)}))
