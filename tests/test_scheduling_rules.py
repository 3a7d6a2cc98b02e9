"""What a shift may look like, and what its hours cost: each setting by a case worked out by hand."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Infeasible, Refused, Remark
from callplan.intervals import minute_of_day
from scheduling import Rules, Schedule, schedule
from scheduling.rules import Band, Kind

ZONE = "Europe/Paris"
PLAIN = Rules(lengths_h=(2.0,), meal_min=0)
NIGHT = Band.from_dict({"name": "night", "from": "22:00", "to": "06:00", "surcharge": 0.5}, "site.toml")


def requirement(heads: list[int], *, first: str = "2024-05-06 08:00", minutes: int = 60) -> pd.DataFrame:
    start = pd.date_range(first, periods=len(heads), freq=f"{minutes}min", tz=ZONE)
    return pd.DataFrame({"queue": "sales", "start": start, "minutes": minutes, "rostered": heads})


def clock_times(found: Schedule) -> list[str]:
    return sorted(set(found.shift_plan["start"].dt.strftime("%H:%M")))


def test_shifts_begin_between_the_earliest_and_the_latest_start() -> None:
    need = requirement([1] * 8)
    found = schedule(need, PLAIN.replace(lengths_h=(2.0, 3.0), earliest_start="08:00", latest_start="13:00"))
    assert clock_times(found)[-1] <= "13:00"
    assert found.coverage["under"].sum() == 0
    # Over midnight, too.
    night = schedule(
        requirement([1] * 12, first="2024-05-06 20:00"),
        PLAIN.replace(earliest_start="22:00", latest_start="01:00"),
    )
    assert set(clock_times(night)) <= {"22:00", "23:00", "00:00", "01:00"}
    assert night.coverage["under"].tolist() == [1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]


def test_kinds_have_lengths_and_starts_of_their_own() -> None:
    kinds = (
        Kind(earliest_start="08:00", latest_start="08:00", lengths_h=(3.0,)),
        Kind(earliest_start="10:00", latest_start="14:00", lengths_h=(2.0,)),
    )
    found = schedule(requirement([2] * 8), PLAIN.replace(kinds=kinds))
    lengths = (found.shift_plan["end"] - found.shift_plan["start"]) / pd.Timedelta(hours=1)
    early = clock_times(found)[0] == "08:00"
    assert early
    assert ((lengths == 3) == (found.shift_plan["start"].dt.hour == 8)).all()
    assert set(found.shift_plan["start"].dt.hour) <= {8, 10, 11, 12, 13, 14}


def test_shifts_may_have_to_end_by_midnight() -> None:
    need = requirement([1] * 10, first="2024-05-06 19:00")
    over = schedule(need, PLAIN.replace(lengths_h=(4.0,)))
    assert (over.shift_plan["end"].dt.date > over.shift_plan["start"].dt.date).any()
    by_midnight = schedule(need, PLAIN.replace(lengths_h=(4.0,), overnight=False))
    last = by_midnight.shift_plan["end"] - pd.Timedelta(seconds=1)
    assert (last.dt.date == by_midnight.shift_plan["start"].dt.date).all()
    # Five hours before midnight and five after: two shifts each, where one over midnight would save one.
    assert (by_midnight.shift_plan["heads"].sum(), over.shift_plan["heads"].sum()) == (4, 3)


def test_a_night_costs_more_minute_by_minute() -> None:
    # 21:30 to 00:30 in halves of hours: the band begins inside the second hour.
    need = requirement([1, 1, 1, 1, 1, 1], first="2024-05-06 21:00", minutes=30)
    found = schedule(need, Rules(lengths_h=(3.0,), meal_min=0, bands=(NIGHT,)))
    assert found.outcome[0].cost == pytest.approx(3 + 0.5 * 2)
    odd = NIGHT.replace(from_="22:10")
    found = schedule(need, Rules(lengths_h=(3.0,), meal_min=0, bands=(odd,)))
    assert found.outcome[0].cost == pytest.approx(3 + 0.5 * (2 - 10 / 60))


def test_a_band_holds_on_its_own_days() -> None:
    # 2024-05-10 is a Friday: of Friday 22:00 to Saturday 02:00 two hours lie on Saturday.
    need = requirement([1] * 4, first="2024-05-10 22:00")
    saturday = Rules(lengths_h=(4.0,), meal_min=0, bands=(NIGHT.replace(days=("sat",)),))
    assert schedule(need, saturday).outcome[0].cost == pytest.approx(4 + 0.5 * 2)


def test_an_unpaid_meal_is_taken_where_hours_are_dear() -> None:
    rules = Rules(
        lengths_h=(6.0,),
        meal_min=60,
        meal_earliest_h=1,
        meal_latest_h=4,
        bands=(Band(name="dear", from_="11:00", to="12:00", surcharge=1.0),),
        under_cost_per_h=50,
    )
    # Two heads where one is needed: both may eat when it pays, except that one must stay.
    found = schedule(requirement([1, 1, 1, 1, 1, 1]), rules)
    at_eleven = found.shift_plan.loc[found.shift_plan["meal_start"].dt.hour == 11, "heads"].sum()
    assert (found.shift_plan["heads"].sum(), at_eleven) == (2, 1)
    assert found.outcome[0].cost == pytest.approx(10 + 1)


def test_overtime_is_paid_hours_beyond_the_limit() -> None:
    need = requirement([1] * 10)
    long = Rules(lengths_h=(10.0,), meal_min=60, overtime_from_h=8.0, under_cost_per_h=50)
    found = schedule(need, long)
    # Two shifts of 9 paid hours, each with one of overtime at half as much again.
    assert found.outcome[0].cost == pytest.approx(2 * (9 + 0.5))
    both = long.replace(lengths_h=(5.0, 10.0), meal_from_h=6.0)
    assert schedule(need, both).outcome[0].cost == pytest.approx(10)


def test_a_paid_meal_is_paid() -> None:
    need = requirement([1] * 6)
    rules = Rules(lengths_h=(6.0,), meal_min=60)
    assert schedule(need, rules).shift_plan["paid_h"].tolist()[0] == 5
    assert schedule(need, rules.replace(meal_paid=True)).shift_plan["paid_h"].tolist()[0] == 6


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_so_many_different_starts_at_most(limit: int) -> None:
    need = requirement([1, 2, 3, 3, 2, 3, 2, 1] * 3, first="2024-05-06")
    free = schedule(need, PLAIN.replace(lengths_h=(2.0, 4.0)))
    bound = schedule(need, PLAIN.replace(lengths_h=(2.0, 4.0), starts_at_most=limit))
    assert len(clock_times(bound)) <= limit < len(clock_times(free))
    assert bound.outcome[0].cost > free.outcome[0].cost


def test_few_starts_over_several_days_are_chosen_well() -> None:
    # The witness: every choice of two times of day for shifts of 8 hours round the clock of three days.
    heads = np.random.default_rng(3).integers(0, 4, 24).tolist() * 3
    need = requirement(heads, first="2024-05-06")
    rules = PLAIN.replace(lengths_h=(8.0,), start_every_min=240)
    found = schedule(need, rules.replace(starts_at_most=2), time_limit_s=20)
    assert len(clock_times(found)) <= 2
    costs = []
    for first, second in itertools.combinations(range(0, 24, 4), 2):
        kinds = tuple(
            Kind(earliest_start=f"{hour:02d}:00", latest_start=f"{hour:02d}:00", lengths_h=(8.0,))
            for hour in (first, second)
        )
        costs.append(schedule(need, rules.replace(kinds=kinds)).outcome[0].cost)
    assert found.outcome[0].bound <= min(costs) + 1e-6
    assert found.outcome[0].cost == pytest.approx(min(costs), rel=0.001)
    assert max(costs) > 1.05 * min(costs)


def test_fewer_kinds_of_shifts_where_each_has_its_price() -> None:
    need = requirement([1, 2, 3, 3, 2, 1, 0, 0], first="2024-05-06")
    rules = PLAIN.replace(lengths_h=(2.0, 3.0, 4.0))
    kinds = {price: schedule(need, rules.replace(template_cost=price)) for price in (0.0, 2.0, 20.0)}
    numbers = [
        len(set(zip(clock_times(found), found.shift_plan["shift"], strict=False))) for found in kinds.values()
    ]
    used = [found.shift_plan[["start", "shift"]].drop_duplicates().shape[0] for found in kinds.values()]
    assert used[0] > used[-1], numbers
    for price, found in kinds.items():
        paid = (found.shift_plan["heads"] * found.shift_plan["paid_h"]).sum()
        missed = 10 * found.coverage["under"].sum()
        assert found.outcome[0].cost == pytest.approx(paid + missed + price * len(found.shift_plan))


def week(day: list[int], *, days: int = 7) -> pd.DataFrame:
    return requirement(day * days, first="2024-05-06", minutes=24 * 60 // len(day))


def test_a_week_that_comes_again_ends_in_its_first_morning() -> None:
    # Nights alone, 22:00 to 06:00: only a shift of Sunday night covers Monday's first hours.
    night = [1 if hour < 6 or hour >= 22 else 0 for hour in range(24)]
    rules = Rules(lengths_h=(8.0,), meal_min=0, earliest_start="22:00", latest_start="22:00")
    once = schedule(week(night), rules)
    assert (once.shift_plan["heads"].sum(), once.coverage["under"].sum()) == (6, 8)
    again = schedule(week(night), rules.replace(cyclic=True))
    assert (again.shift_plan["heads"].sum(), again.coverage["under"].sum()) == (7, 0)
    assert str(again.shift_plan["end"].max()) == "2024-05-13 06:00:00+02:00"


def test_a_week_in_which_the_clock_changes_does_not_come_again() -> None:
    need = requirement([1] * 167, first="2024-03-25")
    with pytest.warns(
        Remark, match="2024-03-25 to 2024-04-01: the clock changes, so no shift runs over the end"
    ):
        found = schedule(need, Rules(lengths_h=(8.0,), meal_min=0, cyclic=True))
    assert found.shift_plan["end"].max() <= pd.Timestamp("2024-04-01", tz=ZONE)


@settings(max_examples=8, deadline=None)
@given(heads=st.lists(st.integers(0, 4), min_size=12, max_size=12), turn=st.integers(1, 11))
def test_a_cyclic_week_does_not_care_where_it_begins(heads: list[int], turn: int) -> None:
    rules = Rules(
        lengths_h=(6.0, 8.0),
        meal_min=120,
        meal_earliest_h=2,
        meal_latest_h=4,
        cyclic=True,
        start_every_min=120,
    )
    one = schedule(week(heads), rules)
    turned = schedule(week(heads[turn:] + heads[:turn]), rules)
    gap = max(one.outcome[0].gap, turned.outcome[0].gap)
    assert one.outcome[0].cost == pytest.approx(turned.outcome[0].cost, rel=gap + 1e-6)
    # Breaks of shifts over the week's end are counted in its first morning.
    staffed = np.zeros(84)
    for row in one.shift_plan.itertuples():
        begin = int((row.start - one.coverage["start"].min()) / pd.Timedelta(hours=2))
        slots = [(begin + part) % 84 for part in range(int((row.end - row.start) / pd.Timedelta(hours=2)))]
        staffed[slots] += row.heads
        staffed[(begin + int((row.meal_start - row.start) / pd.Timedelta(hours=2))) % 84] -= row.heads
    assert one.coverage["staffed"].tolist() == staffed.tolist()


def test_rules_that_fit_no_opening_say_so() -> None:
    with pytest.raises(Infeasible, match="no shift fits its opening hours; allow other starts"):
        schedule(requirement([1] * 6), PLAIN.replace(earliest_start="20:00", latest_start="22:00"))


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"earliest_start": "25:00"}, "earliest_start: found '25:00'; write a time of day"),
        ({"latest_start": 16}, "latest_start: found 16; write a time of day"),
        (
            {"bands": [{"name": "x", "from": "22:00", "to": "06:00"}]},
            r"bands\.0\.surcharge: this key is missing",
        ),
        ({"bands": [{"name": "x", "from": "22:00", "to": "6", "surcharge": 1}]}, r"bands\.0\.to: found '6'"),
        ({"cover": "week"}, "cover"),
        ({"starts_at_most": 0}, "starts_at_most"),
        (
            {"kinds": [{"earliest_start": "06:00", "latest_start": "07:00", "lengths_h": [4, 4]}]},
            "name each length once",
        ),
    ],
)
def test_faulty_settings_are_refused_by_name(rules: dict, message: str) -> None:
    with pytest.raises(Refused, match=message):
        Rules.from_dict(rules, "site.toml")


def test_the_clock_times_of_starts_are_local() -> None:
    # 2024-10-27 has an hour twice; shifts of both days begin at the same time of day.
    need = requirement([1] * 49, first="2024-10-26")
    found = schedule(need, Rules(lengths_h=(7.0,), meal_min=0, starts_at_most=4))
    assert set(minute_of_day(found.shift_plan["start"]) % 60) == {0}
    assert len(clock_times(found)) <= 4
