"""Drift: how often an alarm is false, how soon a lean is found, and what is no drift."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from planning.drift import ALLOWANCE, LIMIT, MOST, Lean, drift, leans, standardised

CALLS = 10_000.0


def run_length(limit, lean=0.0, most_of_z=MOST, states=300):
    """Mean days to an alarm of one side, as Brook and Evans compute it: a Markov chain of the sum."""
    width = 2 * limit / (2 * states - 1)
    value = np.arange(states) * width

    def below(most):
        return np.where(most >= most_of_z, 1.0, np.where(most < -most_of_z, 0.0, norm.cdf(most - lean)))

    edge = value[None, :] - value[:, None] + ALLOWANCE
    up = below(edge + width / 2)
    chance = up - below(edge - width / 2)
    chance[:, 0] = up[:, 0]
    return np.linalg.solve(np.eye(states) - chance, np.ones(states))[0]


def test_a_false_alarm_comes_once_in_two_years():
    # Two sides: either may be first.
    assert run_length(LIMIT) / 2 == pytest.approx(730, rel=0.02)
    # As published (Montgomery, Introduction to Statistical Quality Control), for limits of 4 and 5.
    assert run_length(4, most_of_z=np.inf) / 2 == pytest.approx(168, rel=0.01)
    assert run_length(5, most_of_z=np.inf) / 2 == pytest.approx(465, rel=0.01)
    rng = np.random.default_rng(1)
    z = rng.standard_normal(400_000)
    # Drifts, not alarms: what follows one within a week belongs to it.
    assert 400_000 / len(leans(z)) == pytest.approx(740, rel=0.1)


@pytest.mark.parametrize(("lean", "days"), [(1, 11.4), (2, 4.5), (3, 3.2)])
def test_how_soon_a_lean_is_found(lean, days):
    assert run_length(LIMIT, lean) == pytest.approx(days, abs=0.2)


def a_ledger(shares, sd=0.02, first="2024-01-01", days="D"):
    """Days of 10,000 calls that came, forecasts off by these shares, of which chance explains `sd`."""
    start = pd.date_range(first, periods=len(shares), freq=days, tz="Europe/Paris")
    shares = np.asarray(shares, dtype=float)
    floor = sd * CALLS * np.sqrt(2 / np.pi)
    return pd.DataFrame(
        {"queue": "sales", "start": start, "calls": CALLS * (1 + shares), "offered": CALLS, "floor": floor}
    ).assign(own_floor=floor, error=CALLS * shares)


def plain(ledger):
    return drift(ledger, np.zeros(len(ledger), dtype=bool))


def test_a_tenth_in_a_large_queue_is_found_within_a_week():
    found = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        # Half a year of weeks, each off by 2% as a whole, then forecasts a tenth too low.
        weeks = np.repeat(0.02 * rng.standard_normal(28), 7)
        shares = weeks + 0.02 * rng.standard_normal(196)
        shares[182:] -= 0.1
        alarms = plain(a_ledger(shares))
        later = alarms[alarms["start"] >= a_ledger(shares)["start"].iloc[182]]
        found.append(
            (later["start"].iloc[0] - a_ledger(shares)["start"].iloc[182]).days + 1 if len(later) else 99
        )
    assert np.mean(found) < 7
    assert np.mean(np.array(found) <= 14) > 0.98


def test_weeks_that_are_always_off_raise_few_alarms():
    # Errors of a week go together: as days alone they would cross the limit again and again.
    count = alone = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        weeks = np.repeat(0.06 * rng.standard_normal(104), 7)
        shares = weeks + 0.02 * rng.standard_normal(len(weeks))
        alarms = plain(a_ledger(shares))
        count += (alarms["start"] >= a_ledger(shares)["start"].iloc[56]).sum()
        alone += len(leans(shares / 0.02))
    # 672 days each, after the weeks that teach the habit.
    assert 60 * 672 / count > 365
    assert alone > 20 * count


def test_an_alarm_says_since_when_which_way_and_how_much():
    ledger = a_ledger([0, 0, 0.01, -0.01, 0, -0.06, -0.04, -0.05, -0.05, 0, 0])
    (alarm,) = plain(ledger).to_dict("records")
    # z: 0, 0, 0.5, -0.5, 0, -3, -2, -2.5, -2.5: the sum is 2.5, 4.0 and 6.0 on the eighth day.
    assert alarm["since"] == ledger["start"][5]
    assert alarm["start"] == alarm["until"] == ledger["start"][7]
    assert (alarm["lean"], alarm["days"]) == ("under", 3)
    assert alarm["share"] == pytest.approx(-0.05)
    assert alarm["text"].startswith(
        "sales: from Sat 6 Jan 2024 to Mon 8 Jan 2024 the forecast was 5.0% too low, by 1,500 calls, and too "
        "low on 3 of 3 ordinary days."
    )


def test_the_sums_begin_again_after_an_alarm_and_one_drift_is_one_alarm():
    assert leans(np.full(3, 2.5)) == [Lean(0, 2, 2, 1)]
    # Two alarms in a row are one drift; after a fortnight of nothing there is another.
    assert leans(np.full(6, 2.5)) == [Lean(0, 2, 5, 1)]
    apart = np.concatenate([np.full(3, 2.5), np.zeros(14), np.full(3, 2.5)])
    assert leans(apart) == [Lean(0, 2, 2, 1), Lean(17, 19, 19, 1)]
    turned = np.concatenate([np.full(3, 2.5), np.full(3, -2.5)])
    assert leans(turned) == [Lean(0, 2, 2, 1), Lean(3, 5, 5, -1)]


def test_no_day_alone_is_a_drift():
    assert plain(a_ledger([0] * 20 + [2.0] + [0] * 20)).empty
    assert plain(a_ledger([0] * 20 + [-0.9] + [0] * 20)).empty


def test_days_that_are_explained_do_not_count():
    shares = [0] * 10 + [-0.3] * 5 + [0] * 10
    ledger = a_ledger(shares)
    assert len(plain(ledger)) == 1
    assert drift(ledger, np.array(shares) != 0).empty
    # They do not end one either: the days around them go together.
    mixed = a_ledger([-0.05, -0.05, 0.5, -0.05])
    assert plain(mixed).empty
    (alarm,) = drift(mixed, np.array([False, False, True, False])).to_dict("records")
    assert (alarm["days"], alarm["share"]) == (3, pytest.approx(-0.05))


def test_usual_is_chance_until_eight_weeks_teach_the_habit():
    # Every week is 3% off as a whole: of seven days, that is 0.03 * √7 / 0.6745 of a day.
    sign = np.repeat(np.resize([1, -1], 12), 7)
    z = np.asarray(standardised(a_ledger(0.03 * sign, sd=0.01)))
    assert np.abs(z[:56]) == pytest.approx(np.full(56, 3.0))
    habit = 0.03 * np.sqrt(7) / norm.ppf(0.75)
    assert np.abs(z[56:]) == pytest.approx(0.03 / (habit * (1 + 0.03 * sign[56:])))


def test_a_queue_without_calls_is_still():
    nothing = a_ledger([0.0] * 30).assign(calls=0.0, offered=0.0, error=0.0, floor=0.0, own_floor=np.nan)
    assert plain(nothing).empty
