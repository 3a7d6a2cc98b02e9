"""Goals, tiers and caps: against arithmetic by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused
from planning.sla import Fee, Goal, settle, spans_of

LEVEL = Goal(
    figure="service_level",
    target=0.8,
    within_s=20,
    credits=({"at": 0.8, "share": 0.02}, {"at": 0.75, "share": 0.05}),
    bonus=({"at": 0.85, "share": 0.01}, {"at": 0.9, "share": 0.03}),
)
WAIT = Goal(
    figure="asa_s", target=20, credits=({"at": 20, "share": 0.02}, {"at": 40, "share": 0.1}),
    bonus=({"at": 10, "share": 0.01},),
)  # fmt: skip


@pytest.mark.parametrize(
    ("goal", "value", "met", "credit", "bonus"),
    [
        (LEVEL, 0.80, True, 0.0, 0.0),
        (LEVEL, 0.7999, False, 0.02, 0.0),
        (LEVEL, 0.75, False, 0.02, 0.0),
        (LEVEL, 0.7499, False, 0.05, 0.0),
        (LEVEL, 0.85, True, 0.0, 0.01),
        (LEVEL, 1.0, True, 0.0, 0.03),
        (LEVEL, float("nan"), False, 0.0, 0.0),
        (WAIT, 20.0, True, 0.0, 0.0),
        (WAIT, 20.1, False, 0.02, 0.0),
        (WAIT, 41.0, False, 0.1, 0.0),
        (WAIT, 10.0, True, 0.0, 0.01),
        (WAIT, 0.0, True, 0.0, 0.01),
        # 0.1 + 0.7 is a hair below 0.8 in a machine, and reaches it all the same.
        (LEVEL, 0.1 + 0.7, True, 0.0, 0.0),
    ],
)
def test_the_farthest_tier_that_was_passed_speaks_alone(
    goal: Goal, value: float, met: bool, credit: float, bonus: float
) -> None:
    assert (goal.met_by(value), goal.credit_of(value), goal.bonus_of(value)) == (met, credit, bonus)


@pytest.mark.parametrize(
    "tiers",
    [
        ({"at": 0.75, "share": 0.05}, {"at": 0.8, "share": 0.06}),
        ({"at": 0.8, "share": 0.01}, {"at": 0.8, "share": 0.02}),
        ({"at": 0.9, "share": 0.01},),
        ({"at": 0.8, "share": 0.0},),
        ({"at": 0.8, "share": 1.1},),
    ],
)
def test_tiers_out_of_order_are_refused(tiers: tuple) -> None:
    with pytest.raises(Refused, match="credits"):
        Goal(figure="service_level", target=0.8, within_s=20, credits=tiers)


def test_caps_hold_and_the_money_is_that_of_the_fee() -> None:
    found = settle([0.06, 0.08], [0.02], Fee(amount=50_000, credit_cap=0.1, bonus_cap=0.01))
    assert (found.credit, found.credit_capped) == (pytest.approx(0.14), 0.1)
    assert (found.bonus, found.bonus_capped) == (0.02, 0.01)
    assert found.money == pytest.approx(-4500)


@given(st.lists(st.dates(date(2024, 1, 1), date(2024, 12, 31)), min_size=1, max_size=5, unique=True))
def test_on_every_day_the_latest_goal_that_has_begun_stands(begins: list[date]) -> None:
    goals = [Goal(figure="asa_s", target=n + 1, valid_from=day) for n, day in enumerate(begins)]
    first, last = date(2024, 5, 1), date(2024, 6, 30)
    spans = spans_of(goals, first, last)
    day = first
    while day <= last:
        holding = max(
            (goal for goal in goals if goal.valid_from <= day), key=lambda g: g.valid_from, default=None
        )
        assert [goal for goal, begin, end in spans if begin <= day <= end] == ([holding] if holding else [])
        day = date.fromordinal(day.toordinal() + 1)
