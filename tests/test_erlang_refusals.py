"""What is refused, and what is said about it."""

import numpy as np
import pytest

from callplan.errors import Refused
from erlang import (
    Target,
    erlang_b,
    erlang_c,
    halfin_whitt,
    offered_load,
    performance,
    required_agents,
    rostered,
)

GOAL = Target(service_level=0.8, within_s=20)


@pytest.mark.parametrize("name", ["agents", "load", "aht_s", "within_s", "patience_s", "short_s"])
def test_a_negative_argument_is_refused_by_name(name: str) -> None:
    arguments = {"agents": 14, "load": 10, "aht_s": 180, "within_s": 20, "patience_s": 60, "short_s": 5}
    with pytest.raises(Refused, match=f"^{name}: found -2; it must be 0 or more"):
        performance(**{**arguments, name: -2})


@pytest.mark.parametrize("name", ["agents", "load", "aht_s"])
@pytest.mark.parametrize(("value", "found"), [("many", "'many'"), (None, "None"), (np.inf, "inf")])
def test_what_is_no_finite_number_is_refused_by_name(name: str, value: object, found: str) -> None:
    with pytest.raises(Refused, match=f"^{name}: found {found}; "):
        performance(**{"agents": 14, "load": 10, "aht_s": 180, "within_s": 20, name: value})


def test_other_arguments_are_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"^calls: found -1"):
        offered_load(-1, 180, 30)
    with pytest.raises(Refused, match=r"^minutes: found 0; it must be above 0"):
        offered_load(10, 180, 0)
    with pytest.raises(Refused, match=r"^agents: found -1"):
        erlang_b(-1, 10)
    with pytest.raises(Refused, match=r"^load: found -1"):
        erlang_c(10, [3, -1])
    with pytest.raises(
        Refused, match=r"^arguments: shapes agents \(2,\), load \(3,\); give arrays of one shape"
    ):
        erlang_c([1, 2], [1, 2, 3])


@pytest.mark.parametrize("name", ["aht_s", "patience_s"])
def test_zero_seconds_are_refused_by_name(name: str) -> None:
    arguments = {"aht_s": 180, "patience_s": 60, name: 0}
    with pytest.raises(Refused, match=f"^{name}: found 0; it must be above 0"):
        performance(14, 10, within_s=20, **arguments)
    with pytest.raises(Refused, match=f"^{name}: found 0; it must be above 0"):
        required_agents(10, target=GOAL, **arguments)


@pytest.mark.parametrize("name", ["load", "aht_s", "patience_s"])
def test_no_team_is_sized_for_an_unknown(name: str) -> None:
    with pytest.raises(Refused, match=f"^{name}: found NaN; give a number"):
        required_agents(**{"load": 10, "aht_s": 180, "target": GOAL, "patience_s": 60, name: np.nan})


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("Offered", "did you mean offered"),
        ("abandon_ignore", "did you mean abandon_ignored"),
        ("sla", "choose from offered, answered, "),
    ],
)
def test_an_unknown_convention_gets_advice(written: str, advice: str) -> None:
    with pytest.raises(Refused, match=f"^convention: found '{written}'; {advice}"):
        performance(14, 10, 180, 20, convention=written)
    with pytest.raises(Refused, match=f"^target, convention: found '{written}'; {advice}"):
        Target(service_level=0.8, within_s=20, convention=written)


@pytest.mark.parametrize(
    ("goals", "says"),
    [
        ({"service_level": 0.98}, "target: a service level of 98% without its seconds; give within_s"),
        ({}, "target: no goal; give one, such as service_level=0.8, within_s=20"),
        ({"within_s": 20}, "target: no goal; "),
        ({"service_level": 1.2, "within_s": 20}, "target, service_level: found 1.2; .*80% is 0.8"),
        ({"service_level": 80, "within_s": 20}, "target, service_level: found 80; .*80% is 0.8"),
        ({"service_level": 0, "within_s": 20}, "target, service_level: found 0; "),
        ({"service_level": 1, "within_s": 20}, "target, service_level: found 1; .*say 0.99"),
        ({"service_level": np.nan, "within_s": 20}, "target, service_level: found nan; "),
        ({"service_level": 0.8, "within_s": -1}, "target, within_s: found -1; "),
        ({"asa_s": -5}, "target, asa_s: found -5; "),
        ({"asa_s": 0}, "target, asa_s: found 0; .*say 1"),
        ({"asa_s": np.inf}, "target, asa_s: found inf; .*leave it out"),
        ({"abandoned": 3}, "target, abandoned: found 3; "),
        ({"occupancy": 85}, "target, occupancy: found 85; "),
        ({"p_wait": -0.1}, "target, p_wait: found -0.1; "),
    ],
)
def test_targets_that_are_refused(goals: dict[str, float], says: str) -> None:
    with pytest.raises(Refused, match=f"^{says}"):
        Target(**goals)


@pytest.mark.parametrize("text", ["80/20", "80%/20s", " 80 % / 20 ", "80.0/20.0"])
def test_targets_as_planners_say_them(text: str) -> None:
    assert Target.parse(text, "answered") == Target(0.8, 20, convention="answered")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("120/20", "found 120%; it must be below 100%"),
        ("100/20", "found 100%; it must be below 100%"),
        ("80", "found '80'; say percent and seconds: 80/20"),
        ("-80/20", "found '-80/20'; say percent and seconds"),
        ("80/20/10", "found '80/20/10'; say percent and seconds"),
    ],
)
def test_targets_that_no_planner_says(text: str, says: str) -> None:
    with pytest.raises(Refused, match=f"^service level: {says}"):
        Target.parse(text)


def test_shrinkage_is_a_share_below_one() -> None:
    for shrinkage in (1, 1.3, 30):
        with pytest.raises(Refused, match=f"^shrinkage: found {shrinkage}; a share below 1: 30% is 0.3"):
            rostered(14, shrinkage)
    with pytest.raises(Refused, match=r"^shrinkage: found -0.1; it must be 0 or more"):
        rostered(14, -0.1)
    with pytest.raises(Refused, match=r"^agents: found NaN; "):
        rostered([14, np.nan], 0.3)
    assert (rostered(0, 0.3), rostered(14, 0)) == (0, 14)


@pytest.mark.parametrize(
    "value", ["5", ["5", "6"], b"5", np.datetime64("2026-01-05"), np.timedelta64(5, "s"), np.array([5 + 1j])]
)
def test_text_and_dates_are_no_numbers(value: object) -> None:
    with pytest.raises(Refused, match=r"^load: found .*; give a number or an array of numbers"):
        erlang_c(14, value)
    with pytest.raises(Refused, match=r"^agents: found .*; give a number or an array of numbers"):
        rostered(value, 0.3)
    with pytest.raises(Refused, match=r"^beta: found .*; give a number or an array of numbers"):
        halfin_whitt(value)


def test_the_limit_of_a_short_abandon_is_one_number() -> None:
    with pytest.raises(Refused, match=r"^short_s: found \[5, 6\]; give one number"):
        performance([14, 15], 10, 180, 20, patience_s=60, convention="short_positive", short_s=[5, 6])
