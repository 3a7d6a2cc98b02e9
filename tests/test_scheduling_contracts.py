"""Contracts, roster rules and fixed shifts: what they resolve to, and what is refused by its key."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused
from scheduling.contracts import HARD, PRICEABLE, Contract, Roster
from scheduling.rules import Rules
from scheduling.templates import Template, template

TEMPLATES = {"E1": "07:00-11:00,11:30-15:30", "N": "22:00-26:00,26:30-30:30", "S": "09:00-13:00"}


def read(**shifts: object) -> Rules:
    return Rules.from_dict(shifts, "site.toml")


def contract(**terms: object) -> Contract:
    rules = read(contracts={"FT": terms}, templates=TEMPLATES, lengths_h=[4.0, 6.0, 8.5])
    return rules.contracts["FT"].resolved(rules)


def test_a_contract_takes_from_the_general_rules_what_it_leaves_out() -> None:
    rules = read(
        contracts={"FT": {"lengths_h": [8.5]}, "PT": {"meal_min": 0, "rest_h": 12.0, "cost_per_h": 0.0}},
        lengths_h=[4.0, 6.0],
        cost_per_h=2.0,
        meal_min=45,
        roster={"rest_h": 10.0, "days_in_a_row": 5},
    )
    full, part = (rules.contracts[name].resolved(rules) for name in ("FT", "PT"))
    assert (full.lengths_h, full.meal_min, full.meal_from_h, full.meal_latest_h) == ((8.5,), 45, 6.0, 5.0)
    assert (full.rest_h, full.days_in_a_row, full.cost_per_h) == (10.0, 5, 2.0)
    # Nothing and no meal are answers too.
    assert (part.lengths_h, part.meal_min, part.rest_h, part.cost_per_h) == ((4.0, 6.0), 0, 12.0, 0.0)
    assert part.hours_per_week_max is None


def test_its_rules_are_the_general_ones_with_its_own_lengths_and_meal() -> None:
    rules = read(contracts={"FT": {"lengths_h": [8.5], "meal_latest_h": 4.0}}, start_every_min=60)
    own = rules.contracts["FT"].under(rules)
    assert (own.lengths_min(), own.meal_latest_h, own.start_every_min) == ([510], 4.0, 60)


@pytest.mark.parametrize(
    ("terms", "shifts", "paid"),
    [
        ({"lengths_h": [8.5, 4.0]}, {}, [4, 8]),
        ({"lengths_h": [8.5, 4.0], "meal_from_h": 4.0, "meal_latest_h": 3.0}, {}, [3.5, 8]),
        ({"lengths_h": [8.5]}, {"meal_paid": True}, [8.5]),
        ({"templates": ["E1", "S"]}, {}, [4, 8]),
        ({"templates": ["E1"]}, {"meal_paid": True}, [8.5]),
        ({}, {"lengths_h": [5.0]}, [5]),
    ],
)
def test_paid_hours_of_the_shifts_there_are(terms: dict, shifts: dict, paid: list[float]) -> None:
    rules = read(contracts={"C": terms}, templates=TEMPLATES, **shifts)
    assert rules.contracts["C"].paid_hours(rules) == paid


def test_fixed_shifts_take_the_place_of_lengths() -> None:
    assert contract(templates=["E1", "N"]).lengths_h is None


@pytest.mark.parametrize(
    ("limits", "window"),
    [
        ({}, (0, 2880)),
        ({"earliest": "06:00"}, (360, 1440)),
        ({"latest": "20:00"}, (0, 1200)),
        ({"earliest": "06:00", "latest": "24:00"}, (360, 1440)),
    ],
)
def test_the_hours_in_which_somebody_may_be_present(limits: dict, window: tuple[int, int]) -> None:
    assert Contract(**limits).window_min == window


def test_fewer_days_lower_the_least_days_too() -> None:
    rules = read(contracts={"FT": {"days_per_week_min": 5}})
    terms = rules.contracts["FT"].resolved(rules, days_per_week=3)
    assert (terms.days_per_week, terms.days_per_week_min) == (3, 3)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"days_per_week": 3, "days_per_week_min": 4}, "days_per_week_min: 4 is above days_per_week, 3"),
        (
            {"hours_per_week_min": 30, "hours_per_week_max": 20},
            "hours_per_week_min: 30 is above hours_per_week_max",
        ),
        (
            {"hours_per_week_min": 41},
            "hours_per_week_min: 41 h cannot be worked: 5 days of at most 8 paid hours are",
        ),
        ({"hours_per_week_max": 3}, "hours_per_week_max: 3 h are less than the shortest shift's 4"),
        ({"templates": ["EE1"]}, "templates: unknown template 'EE1'; did you mean E1"),
        ({"templates": ["E1"], "lengths_h": [8.5]}, "templates: fixed shifts beside lengths_h; keep one"),
        ({"earliest": "20:00", "latest": "06:00"}, "latest: 06:00 is not after earliest"),
        ({"earliest": "20"}, "earliest: found '20'; write a time of day"),
        (
            {"lengths_h": [6.0], "meal_earliest_h": 5.5, "meal_latest_h": 6.0},
            "meal_earliest_h: a meal of 30 min",
        ),
        ({"lengths_h": [8.5, 8.5]}, "lengths_h: found 8.5, 8.5; name each length once"),
        ({"length_h": [8.5]}, "unknown key 'length_h'; did you mean lengths_h"),
        ({"days_per_week": 8}, "days_per_week: found 8; it must be at most 7"),
        ({"rest_h": 0}, "rest_h: found 0; it must be greater than 0"),
    ],
)
def test_a_contract_at_odds_with_itself_is_refused_by_its_key(terms: dict, message: str) -> None:
    with pytest.raises(Refused) as fault:
        contract(**terms)
    assert str(fault.value).startswith("site.toml, contracts.FT.")
    assert message in str(fault.value)


def test_a_contract_names_its_lengths_where_the_general_shifts_are_of_several_kinds() -> None:
    kinds = [{"earliest_start": "06:00", "latest_start": "08:00", "lengths_h": [8.0]}]
    with pytest.raises(
        Refused, match=r"contracts.FT.lengths_h: left out, and the general shifts are of several"
    ):
        read(kinds=kinds, contracts={"FT": {}})
    rules = read(kinds=kinds, contracts={"FT": {"lengths_h": [6.0]}})
    assert rules.contracts["FT"].under(rules).lengths_min() == [360]


@pytest.mark.parametrize(
    ("roster", "message"),
    [
        ({"prices": {"rests": 1.0}}, "prices.rests: no rule 'rests'; did you mean rest?"),
        ({"prices": {"leave": 1.0}}, "prices.leave: leave is always hard; leave it out"),
        ({"prices": {"rest": -1.0}}, "prices.rest: found -1.0; it must be at least 0"),
        ({"forbidden": [["late", "earli"]]}, "unknown kind of shift 'earli'; did you mean early?"),
        ({"forbidden": [["late"]]}, "forbidden.0.1"),
        ({"early_before": "13:00"}, "late_from: 12:00 is before early_before"),
        ({"night_h": 8.0}, "night_h: 8 h is more than the night has, 7 h"),
        ({"weekends_in_four": 5}, "weekends_in_four: found 5; it must be at most 4"),
        ({"rest_hours": 11}, "unknown key 'rest_hours'; did you mean rest_h?"),
        ({"days_in_a_row": 0}, "days_in_a_row: found 0; it must be at least 1"),
    ],
)
def test_roster_rules_are_checked(roster: dict, message: str) -> None:
    with pytest.raises(Refused) as fault:
        read(roster=roster)
    assert str(fault.value).startswith("site.toml, roster")
    assert message in str(fault.value)


def test_every_rule_is_either_hard_or_may_have_a_price() -> None:
    assert not set(HARD) & set(PRICEABLE)
    assert Roster(prices=dict.fromkeys(PRICEABLE, 1.0)).prices["floor"] == 1.0
    for rule in HARD:
        with pytest.raises(Refused, match="is always hard"):
            Roster(prices={rule: 1.0})


def test_the_defaults_are_those_of_most_sites() -> None:
    roster = Roster()
    assert (roster.rest_h, roster.days_in_a_row, roster.late_end) == (11.0, 6, time(20))
    assert (roster.days_off_joined, roster.weekends_in_four, roster.starts_within_min) == (None, None, None)


def test_a_fixed_shift_over_midnight() -> None:
    night = template("22:00-26:00,26:30-30:30")
    assert (night.start_min, night.length_min, night.meals) == (1320, 510, ((1560, 1590),))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("07:00-11:00,10:30-15:30", "which is not in order"),
        ("07:00-07:00", "which is not in order"),
        ("07:00-11:00,11:00-15:00", "which is not in order"),
        ("24:00-28:00", "which is not a shift of one day"),
        ("07:00-32:00", "which is not a shift of one day"),
        ("7-15", "write spans at work in order"),
        ("07:60-15:00", "write spans at work in order"),
        ("", "write spans at work in order"),
        (7, "write spans at work in order"),
    ],
)
def test_a_fixed_shift_that_cannot_be_read(text: object, message: str) -> None:
    with pytest.raises(Refused, match=message) as fault:
        read(templates={"E1": text})
    assert fault.value.where == "site.toml, templates.E1"


@given(edges=st.lists(st.integers(0, 1439), min_size=2, max_size=8, unique=True))
def test_a_fixed_shift_is_read_as_it_is_written(edges: list[int]) -> None:
    edges = sorted(edges[: len(edges) // 2 * 2])
    spans = tuple(zip(edges[::2], edges[1::2], strict=True))
    text = ",".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans)
    found = template(text)
    assert found == Template(spans) == template(found)
    meals = sum(later - earlier for earlier, later in found.meals)
    assert found.paid_h(meal_paid=False) * 60 == pytest.approx(found.length_min - meals)
