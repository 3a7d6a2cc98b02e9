"""Rosters: every one passes the witness, and tiny ones are the cheapest there are."""

from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callplan.errors import Infeasible, Refused
from scheduling import Rules, schedule
from scheduling.verify import verify

MONDAY = pd.Timestamp("2024-05-06", tz="Europe/Paris")


def requirement(
    need: list[list[int]], first_hour: float = 8.0, minutes: int = 60, queues: tuple[str, ...] = ("sales",)
) -> pd.DataFrame:
    """Return the rows of some days, a list of heads a day, the same for every queue."""
    return pd.DataFrame(
        [
            {
                "queue": queue,
                "start": MONDAY + pd.Timedelta(days=day, hours=first_hour, minutes=minutes * slot),
                "minutes": minutes,
                "rostered": heads,
            }
            for queue in queues
            for day, row in enumerate(need)
            for slot, heads in enumerate(row)
        ]
    )


def people(count: int, **columns: object) -> pd.DataFrame:
    """Return so many people of one contract."""
    return pd.DataFrame(
        {
            "person": [f"P{number}" for number in range(count)],
            "contract": "FT",
            "skills": "sales",
            **columns,
        }
    )


def rules(roster: dict[str, object] | None = None, **own: object) -> Rules:
    """Return rules of one contract, nothing priced that people mind unless told."""
    contract = {"lengths_h": [4.0], **own.pop("contract", {})}
    quiet = {"wish_cost": 0.0, "fair_cost": 0.0}
    return Rules(contracts={"FT": contract}, roster={**quiet, **(roster or {})}, start_every_min=60, **own)


def cheapest(need: list[list[int]], heads: int, *, rest_h: float, within_h: float | None) -> float:
    """Return the least cost of 4 hour shifts on whole hours, all tried: 1 an hour, 10 an hour short."""
    days, slots = len(need), len(need[0])
    weeks = []
    for starts in product([None, *range(slots - 3)], repeat=days):
        worked = [start for start in starts if start is not None]
        gaps = [
            24 + later - earlier - 4
            for earlier, later in pairwise(starts)
            if earlier is not None and later is not None
        ]
        if all(gap >= rest_h for gap in gaps) and (
            within_h is None or not worked or max(worked) - min(worked) <= within_h
        ):
            cover = np.zeros((days, slots), int)
            for day, start in enumerate(starts):
                if start is not None:
                    cover[day, start : start + 4] += 1
            weeks.append((cover, 4.0 * len(worked)))
    best = np.inf
    for chosen in product(weeks, repeat=heads):
        short = np.maximum(np.array(need) - sum(cover for cover, _ in chosen), 0).sum()
        best = min(best, 10.0 * short + sum(paid for _, paid in chosen))
    return best


@pytest.mark.parametrize(
    ("need", "rest_h", "within_min"),
    [
        ([[1, 1, 2, 2, 1, 1, 0], [2, 2, 1, 1, 1, 1, 2]], 11.0, None),
        ([[0, 0, 0, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0]], 18.0, None),
        ([[1, 1, 1, 1, 0, 1, 2], [0, 2, 2, 2, 2, 1, 1]], 11.0, 60),
        ([[2, 1, 1, 1, 1, 1, 2], [1, 1, 1, 2, 2, 1, 1]], 19.0, 120),
    ],
)
def test_a_tiny_roster_is_the_cheapest_there_is(
    need: list[list[int]], rest_h: float, within_min: int | None
) -> None:
    team, terms = people(2), rules({"rest_h": rest_h, "starts_within_min": within_min})
    found = schedule(requirement(need), terms, team)
    expected = cheapest(need, 2, rest_h=rest_h, within_h=None if within_min is None else within_min / 60)
    assert found.outcome[0].cost == pytest.approx(expected)
    assert found.outcome[0].bound <= expected + 1e-6


def test_one_person_of_two_skills_is_counted_once() -> None:
    needed = requirement([[1, 1, 1, 1]], queues=("sales", "support"))
    team = people(1, skills="sales|support")
    found = schedule(needed, rules(), team)
    assert found.coverage.groupby("start")["staffed"].sum().tolist() == [1, 1, 1, 1]
    assert found.outcome[0].cost == pytest.approx(4 * 1 + 4 * 10)


def test_who_has_both_skills_goes_where_nobody_else_can() -> None:
    needed = requirement([[1, 1, 1, 1]], queues=("sales", "support"))
    team = people(2, skills=["sales", "sales|support"])
    found = schedule(needed, rules(), team)
    assert found.coverage["under"].sum() == 0
    work = found.activities[found.activities["activity"] == "work"]
    assert dict(zip(work["person"], work["queue"], strict=True)) == {"P0": "sales", "P1": "support"}


def test_the_higher_level_serves_where_either_could() -> None:
    needed = requirement([[1, 1, 1, 1]], queues=("sales", "support"))
    team = people(2, skills=["sales:3|support", "sales|support:2"])
    work = schedule(needed, rules(), team).activities
    assert dict(zip(work["person"], work["queue"], strict=True)) == {"P0": "sales", "P1": "support"}


def test_leave_training_and_fixed_shifts_stand() -> None:
    needed = requirement([[2] * 8] * 5)
    team = people(
        3,
        leave=["2024-05-07", None, None],
        training=[None, "2024-05-08", None],
        fixed=[None, None, "2024-05-09 12:00-16:00"],
    )
    found = schedule(needed, rules(), team)
    day = {(row.person, f"{row.start:%m-%d %H}") for row in found.shifts.itertuples()}
    assert ("P2", "05-09 12") in day
    assert not {hour for person, hour in day if person == "P0" and hour.startswith("05-07")}
    away = found.activities[found.activities["activity"].isin(["leave", "training"])]
    assert away[["person", "activity"]].to_numpy().tolist() == [["P0", "leave"], ["P1", "training"]]


def test_rules_hold_across_the_border() -> None:
    needed = requirement([[1] * 8] * 2)
    last = pd.DataFrame(
        {
            "person": "P0",
            "start": [MONDAY - pd.Timedelta(hours=9 + 24 * back) for back in range(6)],
            "shift": "4h",
            "paid_h": 4.0,
        }
    ).assign(end=lambda table: table["start"] + pd.Timedelta(hours=4))
    free = schedule(needed, rules({"days_in_a_row": 6}), people(1))
    tied = schedule(needed, rules({"days_in_a_row": 6}), people(1), previous=last)
    assert len(free.shifts) == 2
    assert tied.shifts["start"].dt.day.tolist() == [7]


def test_hours_that_cannot_be_given_are_said_to_be_impossible() -> None:
    team = people(1, available="off", mon="08:00-12:00", hours_per_week_min=12.0)
    needed = requirement([[1] * 8] * 7)
    with pytest.raises(Infeasible, match=r"hours_per_week_min.*P0"):
        schedule(needed, rules(), team)
    soft = rules({"prices": {"hours_per_week_min": 1.0}})
    found = schedule(needed, soft, team)
    assert verify(found, team, soft, requirement=needed).costs["broken"] == pytest.approx(8.0)


def test_the_clock_that_cuts_a_search_is_named_and_breaks_nothing() -> None:
    needed, team = requirement([[6, 9, 12, 12, 9, 8, 8, 6]] * 7), people(30)
    found = schedule(needed, rules(), team, time_limit_s=1e-6)
    assert found.outcome[0].stopped_by == "clock"
    assert verify(found, team, rules(), requirement=needed).broken.empty


def test_the_same_seed_gives_the_same_roster() -> None:
    needed, team = requirement([[3, 4, 5, 5, 4, 3, 3, 2]] * 7), people(10)
    one, two = (schedule(needed, rules(), team, seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(one.activities, two.activities)


def test_previous_without_people_is_refused() -> None:
    with pytest.raises(Refused, match="without people"):
        schedule(requirement([[1] * 4]), rules(), previous=pd.DataFrame())


SKILLS = st.sampled_from(["sales", "support", "sales|support", "sales:2|support"])
ROSTERS = st.fixed_dictionaries(
    {
        "rest_h": st.sampled_from([8.0, 11.0, 14.0]),
        "days_in_a_row": st.integers(2, 6),
        "days_off_joined": st.none() | st.integers(1, 3),
        "weekends_in_four": st.none() | st.integers(0, 4),
        "starts_within_min": st.none() | st.sampled_from([0, 60, 180]),
        "nights_in_a_row": st.none() | st.integers(1, 3),
        "hours_per_period": st.none() | st.sampled_from([20.0, 50.0]),
        "period_weeks": st.integers(1, 2),
        "forbidden": st.sampled_from([(), (("late", "early"),), (("night", "early"), ("night", "mid"))]),
        "wish_cost": st.sampled_from([0.0, 0.7]),
        "fair_cost": st.sampled_from([0.0, 0.3]),
        "prices": st.sampled_from([{}, {"rest": 3.0, "days_off_joined": 2.0}, {"weekends_in_four": 1.0}]),
    }
)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), roster=ROSTERS)
def test_every_roster_passes_the_witness(data: st.DataObject, roster: dict[str, object]) -> None:
    first_hour, hours, days = data.draw(st.sampled_from([(0, 24, 9), (8, 12, 10), (14, 9, 5)]))
    count = data.draw(st.integers(2, 5))
    need = data.draw(
        st.lists(st.lists(st.integers(0, 2), min_size=hours, max_size=hours), min_size=days, max_size=days)
    )
    queues = data.draw(st.sampled_from([("sales",), ("sales", "support")]))
    several = st.lists(SKILLS, min_size=count, max_size=count)
    skills = data.draw(several) if len(queues) == 2 else ["sales"] * count
    skills[0] = "|".join(queues)
    wishes = st.lists(st.sampled_from([None, "tue", "sat|sun", "2024-05-08"]), min_size=count, max_size=count)
    likes = st.lists(st.sampled_from([None, "early", "late"]), min_size=count, max_size=count)
    leave = st.lists(
        st.sampled_from([None, "2024-05-06", "2024-05-07..2024-05-09"]), min_size=count, max_size=count
    )
    team = people(
        count, skills=skills, days_off=data.draw(wishes), prefers=data.draw(likes), leave=data.draw(leave)
    )
    lengths = data.draw(st.sampled_from([[4.0], [6.5, 4.0], [8.5]]))
    contract = {
        "lengths_h": lengths,
        "days_per_week": data.draw(st.integers(3, 6)),
        "hours_per_week_max": data.draw(st.sampled_from([None, 22.0])),
        "nights": data.draw(st.booleans()),
    }
    terms = Rules(
        contracts={"FT": contract},
        roster=roster,
        rests_h=data.draw(st.sampled_from([(), ((1, 1.5),)])),
        over_cost_per_h=data.draw(st.sampled_from([0.0, 1.0])),
        bands=data.draw(
            st.sampled_from([(), ({"name": "night", "from": "22:00", "to": "06:00", "surcharge": 0.5},)])
        ),
    )
    needed = requirement(need, first_hour=first_hour, queues=queues)
    found = schedule(needed, terms, team)
    verdict = verify(found, team, terms, requirement=needed)
    assert verdict.hard == 0
    assert verdict.cost == pytest.approx(found.outcome[0].cost)
    assert found.outcome[0].bound <= verdict.cost + 1e-6


def test_the_bound_is_a_cost_that_a_roster_can_have() -> None:
    # Shifts of 4 hours for 5 hours of one head: 8 paid of which 3 too many, or 4 paid and one short.
    needed, team = requirement([[1, 1, 1, 1, 1]]), people(2)
    dear = rules(over_cost_per_h=1.0, under_cost_per_h=10.0)
    found = schedule(needed, dear, team).outcome[0]
    assert (found.status, found.cost) == ("optimal", 8 + 3)
    cheap = rules(over_cost_per_h=1.0, under_cost_per_h=2.0)
    found = schedule(needed, cheap, team).outcome[0]
    assert (found.status, found.cost) == ("optimal", 4 + 2)


def test_nobody_serves_a_queue_that_is_closed() -> None:
    # Support opens when sales closes, and needs nobody at first: who is there serves it all the same.
    sales = requirement([[1, 1, 1, 1]])
    support = requirement([[0, 1, 1, 1]], first_hour=12.0, queues=("support",))
    needed = pd.concat([sales, support])
    long = rules(contract={"lengths_h": [8.0], "meal_from_h": 9.0})
    found = schedule(needed, long, people(1, skills="sales|support"))
    work = found.activities[found.activities["activity"] == "work"]
    assert work[["queue", "start"]].to_numpy().tolist() == [
        ["sales", MONDAY + pd.Timedelta(hours=8)],
        ["support", MONDAY + pd.Timedelta(hours=12)],
    ]


def test_days_beyond_the_contract_are_bought_where_they_pay() -> None:
    # Five days of leave use up the week; the weekend's two days cost 1 each beside their hours.
    needed = requirement([[1] * 4] * 7)
    team = people(1, leave="2024-05-06..2024-05-10")
    found = schedule(needed, rules({"prices": {"days_per_week": 1.0}}), team)
    assert found.shifts["start"].dt.day.tolist() == [11, 12]
    outcome = found.outcome[0]
    assert outcome.cost == pytest.approx(5 * 4 * 10 + 2 * (4 + 1))
    assert outcome.bound <= outcome.cost


def test_breaks_of_one_place_and_two_lengths_do_not_raise_the_bound() -> None:
    shapes = {"A": "08:00-10:00,11:00-16:00", "B": "08:00-12:00,12:30-16:00"}
    terms = Rules(
        templates=shapes,
        contracts={"FT": {"templates": ["A", "B"]}},
        roster={"wish_cost": 0.0, "fair_cost": 0.0},
    )
    needed = requirement([[1] * 8 + [0] + [1] * 7], minutes=30)
    found = schedule(needed, terms, people(1)).outcome[0]
    assert (found.status, found.cost) == ("optimal", 7.5)


def test_rests_of_fixed_shifts_fit_half_hours() -> None:
    terms = Rules(
        templates={"E": "08:00-12:00,12:30-16:30"},
        contracts={"FT": {"templates": ["E"]}},
        rests_h=((1, 2),),
        roster={"wish_cost": 0.0, "fair_cost": 0.0},
    )
    found = schedule(requirement([[1] * 17], minutes=30), terms, people(1))
    rest = found.activities[found.activities["activity"] == "rest"].iloc[0]
    assert (rest["end"] - rest["start"]) == pd.Timedelta(minutes=15)
