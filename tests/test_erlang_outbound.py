"""Outbound lists: exact fractions, every way a record may go, and the inverse."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Refused
from erlang.channels.outbound import Dialling, outbound_agents, outbound_hours, outbound_records

checked = settings(max_examples=150, deadline=None, derandomize=True)

hundredths = st.integers(0, 100).map(lambda percent: Fraction(percent, 100))
diallings = st.builds(
    Dialling,
    contact_rate=st.floats(0, 1),
    attempts=st.integers(1, 12),
    contact_s=st.floats(20, 900),
    no_contact_s=st.floats(0.1, 120),
    occupancy=st.floats(0.3, 1),
)


@pytest.mark.parametrize("rate", [Fraction(0), Fraction(1, 10**6), Fraction(3, 10), Fraction(1)])
@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_every_way_that_a_record_may_go(rate: Fraction, attempts: int) -> None:
    reached = tries = seconds = Fraction(0)
    for outcome in itertools.product([True, False], repeat=attempts):
        chance = math.prod(rate if hit else 1 - rate for hit in outcome)
        needed = outcome.index(True) + 1 if any(outcome) else attempts
        reached += chance * any(outcome)
        tries += chance * needed
        seconds += chance * (any(outcome) * 240 + (needed - any(outcome)) * 35)
    work = outbound_hours(5000, Dialling(float(rate), attempts, 240, 35, occupancy=0.8))
    assert work.contacts == pytest.approx(float(5000 * reached), rel=1e-13, abs=0)
    assert work.tries == pytest.approx(float(5000 * tries), rel=1e-13)
    assert work.hours == pytest.approx(float(5000 * seconds / Fraction(8, 10) / 3600), rel=1e-13)


@checked
@given(
    records=st.integers(0, 10**5),
    hours=st.integers(1, 400).map(lambda quarters: Fraction(quarters, 4)),
    rate=hundredths,
    attempts=st.integers(1, 6),
    seconds=st.tuples(st.integers(1, 900), st.integers(0, 90)),
    occupancy=hundredths.filter(bool),
)
def test_the_team_is_the_exact_ceiling(
    records: int,
    hours: Fraction,
    rate: Fraction,
    attempts: int,
    seconds: tuple[int, int],
    occupancy: Fraction,
) -> None:
    contact_s, no_contact_s = seconds
    missed = sum((1 - rate) ** tried for tried in range(1, attempts + 1))
    reached = 1 - (1 - rate) ** attempts
    each = reached * contact_s + missed * no_contact_s
    if not each:
        return
    dialling = Dialling(float(rate), attempts, contact_s, no_contact_s, float(occupancy))
    exact = records * each / occupancy / (hours * 3600)
    agents = outbound_agents(records, float(hours), dialling)
    whole = math.ceil(exact)
    # What is a billionth above a whole number is beyond what stated decimals can say.
    if exact - (whole - 1) > exact * Fraction(1, 10**9):
        assert agents == whole


def test_a_whole_number_is_not_rounded_up() -> None:
    """1,071 contacts of 2 minutes are 35.7 hours of work: at most 85% busy that is 42, not 43."""
    dialling = Dialling(contact_rate=1, attempts=1, contact_s=120, no_contact_s=0, occupancy=0.85)
    assert outbound_agents(1071, hours=1, dialling=dialling) == 42
    assert outbound_agents([1071, 1072, 0], hours=1, dialling=dialling).tolist() == [42, 43, 0]


@checked
@given(dialling=diallings, agents=st.integers(1, 300), hours=st.floats(0.25, 100))
def test_the_inverse_leads_back(dialling: Dialling, agents: int, hours: float) -> None:
    records = outbound_records(agents, hours, dialling)
    assert outbound_hours(records, dialling).hours == pytest.approx(agents * hours)
    assert outbound_agents(records, hours, dialling) == agents
    assert outbound_agents(records * 1.001, hours, dialling) == agents + 1


@checked
@given(dialling=diallings)
def test_shares_and_tries_are_within_bounds_and_rise_with_attempts(dialling: Dialling) -> None:
    assert 0 <= dialling.reached() <= 1
    assert 1 - 1e-12 <= dialling.tries_per_record() <= dialling.attempts * (1 + 1e-12)
    more = Dialling(dialling.contact_rate, dialling.attempts + 1, dialling.contact_s, dialling.no_contact_s)
    assert more.reached() >= dialling.reached()
    assert more.tries_per_record() >= dialling.tries_per_record() * (1 - 1e-12)
    # A contact costs the same number of tries however often one tries.
    assert dialling.tries_per_record() * dialling.contact_rate == pytest.approx(dialling.reached())


def test_lists_are_followed_try_by_try() -> None:
    """A seeded play of 20,000 records against the expectation."""
    dialling = Dialling(contact_rate=0.22, attempts=4, contact_s=300, no_contact_s=30)
    draws = np.random.default_rng(7).random((20_000, 4)) < 0.22
    reached = draws.any(axis=1)
    tries = np.where(reached, draws.argmax(axis=1) + 1, 4)
    work = outbound_hours(20_000, dialling)
    assert work.contacts == pytest.approx(reached.sum(), rel=0.02)
    assert work.tries == pytest.approx(tries.sum(), rel=0.02)


def test_bad_input_is_refused_by_name() -> None:
    good = {"contact_rate": 0.3, "attempts": 3, "contact_s": 240, "no_contact_s": 40, "occupancy": 0.85}
    for name in good:
        for value, found in ((-1, "-1"), (np.nan, "NaN"), (np.inf, "inf"), (None, "None"), ("x", "'x'")):
            with pytest.raises(Refused, match=f"^{name}: found {found}; "):
                Dialling(**{**good, name: value})
    for name in ("contact_rate", "occupancy"):
        with pytest.raises(Refused, match=f"^{name}: found 30; a share lies between 0 and 1"):
            Dialling(**{**good, name: 30})
    with pytest.raises(Refused, match=r"^occupancy: found 0; it must be above 0"):
        Dialling(**{**good, "occupancy": 0})
    for attempts in (0, 2.5):
        with pytest.raises(Refused, match=f"^attempts: found {attempts}; give a whole number of tries"):
            Dialling(**{**good, "attempts": attempts})
    with pytest.raises(Refused, match=r"^contact_s, no_contact_s: a record takes no time; "):
        Dialling(0, 3, contact_s=240, no_contact_s=0)
    with pytest.raises(Refused, match=r"^records: found -5; "):
        outbound_hours(-5, Dialling(**good))
    with pytest.raises(Refused, match=r"^records: found NaN; "):
        outbound_agents([5, np.nan], 8, Dialling(**good))
    with pytest.raises(Refused, match=r"^hours: found 0; it must be above 0"):
        outbound_agents(5, 0, Dialling(**good))
    with pytest.raises(Refused, match=r"^agents: found -1; "):
        outbound_records(-1, 1, Dialling(**good))
