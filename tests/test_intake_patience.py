"""Patience from calls one by one: a textbook's curve, a log of known patience, exact small cases."""

import math
from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from callplan.errors import Refused, Remark
from intake.call_log import CallTally
from intake.patience import Waits, patience, survival

NINE = pd.Timestamp("2024-05-06 09:00", tz="Europe/Paris")


def log(answered=(), abandoned=(), queue="sales"):
    """Calls that were answered, or hung up, after so many seconds."""
    waits = [*((wait, True) for wait in answered), *((wait, False) for wait in abandoned)]
    frame = pd.DataFrame(waits, columns=["wait", "there"])
    left = NINE + pd.to_timedelta(frame["wait"], unit="s")
    return pd.DataFrame({"queue": queue, "arrival": NINE, "answer": left.where(frame["there"]), "end": left})


def test_the_remission_times_of_a_textbook():
    """The 6-MP group of Freireich (1963): 21 patients, 9 relapses; Cox and Oakes, Survival Data, 1984, p. 7.

    The estimates and their standard errors are those of the courses that use it.
    """
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    calls = log(answered=censored, abandoned=[6, 6, 6, 7, 10, 13, 16, 22, 23])
    curve = survival(calls)
    assert curve["wait_s"].tolist() == [0, 6, 7, 10, 13, 16, 22, 23]
    assert curve["at_risk"].tolist() == [21, 21, 17, 15, 12, 11, 7, 6]
    assert curve["abandoned"].tolist() == [0, 3, 1, 1, 1, 1, 1, 1]
    published = [1, 0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert curve["waiting"].tolist() == pytest.approx(published, abs=5e-5)
    deviation = (curve["waiting_hi"] - curve["waiting"]) / 1.959964
    published = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert deviation.tolist()[3:] == pytest.approx(published[2:], abs=5e-5)
    # The two first limits would lie above 1.
    assert curve["waiting_hi"].tolist()[1] == 1
    row = patience(calls).iloc[0]
    # 359 weeks at risk, 9 relapses; the median is 23 weeks.
    assert (row["calls"], row["abandoned"], row["patience_s"], row["median_s"]) == (21, 9, 359 / 9, 23)


def test_where_nobody_hangs_up_nothing_is_known():
    row = patience(log(answered=[0, 10, 20])).iloc[0]
    assert (row["calls"], row["abandoned"]) == (2, 0)
    assert row[["patience_s", "median_s"]].isna().all()
    curve = survival(log(answered=[0, 10, 20]))
    assert curve[["wait_s", "waiting", "at_risk", "abandoned"]].values.tolist() == [[0, 1, 3, 0]]


def test_who_is_answered_at_once_tells_nothing_and_who_hangs_up_at_once_does():
    row = patience(log(answered=[0] * 90, abandoned=[0, 40])).iloc[0]
    assert (row["calls"], row["abandoned"], row["patience_s"]) == (2, 2, 20)


def test_a_median_that_the_waits_did_not_reach_is_empty():
    row = patience(log(answered=[30] * 8, abandoned=[10, 20])).iloc[0]
    assert row["patience_s"] == 135
    assert np.isnan(row["median_s"])


def test_a_median_that_is_a_half_but_for_rounding():
    # The product of 23/24, 22/23 ... 12/13 is a half, in doubles a little more.
    assert patience(log(abandoned=range(1, 25)))["median_s"].tolist() == [12]


def test_of_equal_waits_hang_ups_come_first_and_everyone_gone_leaves_no_limits():
    curve = survival(log(answered=[10], abandoned=[10, 20]))
    assert curve["waiting"].tolist() == pytest.approx([1, 2 / 3, 0])
    assert curve["at_risk"].tolist() == [3, 3, 1]
    assert curve[["waiting_lo", "waiting_hi"]].iloc[-1].isna().all()


def test_a_log_of_known_patience_gives_it_back():
    """Callers with exponential patience before a wait that does not depend on it."""
    rng = np.random.default_rng(7)
    for mean_s in (60.0, 240.0):
        own, offered = rng.exponential(mean_s, 40_000), rng.gamma(2, 30, 40_000)
        calls = log(offered[offered <= own], own[own < offered])
        row = patience(calls).iloc[0]
        error = mean_s / math.sqrt(row["abandoned"])
        assert abs(row["patience_s"] - mean_s) < 3 * error
        assert row["patience_s"] != pytest.approx(own[own < offered].mean(), rel=0.2)
        curve = survival(calls)
        early = curve[(curve["wait_s"] > 0) & (curve["wait_s"] < 100)]
        true = np.exp(-early["wait_s"] / mean_s)
        inside = (early["waiting_lo"] <= true) & (true <= early["waiting_hi"])
        assert inside.mean() > 0.5
        assert (early["waiting"] - true).abs().max() < 0.02
    assert row["median_s"] == pytest.approx(240 * math.log(2), rel=0.05)


@given(
    st.lists(st.integers(0, 8), max_size=12),
    st.lists(st.integers(0, 8), min_size=1, max_size=12),
    st.integers(0, 24),
)
def test_the_curve_is_the_product_in_exact_fractions_and_the_same_in_batches(answered, abandoned, first):
    calls = log(answered, abandoned)
    curve = survival(calls)
    share = Fraction(1)
    for wait in sorted(set(abandoned)):
        at_risk = sum(other >= wait for other in [*answered, *abandoned])
        share *= 1 - Fraction(abandoned.count(wait), at_risk)
        (row,) = curve[(curve["wait_s"] == wait) & (curve["abandoned"] > 0)].to_dict("records")
        assert row["waiting"] == pytest.approx(float(share), abs=1e-12)
        assert row["at_risk"] == at_risk
    tally = CallTally(30, 20)
    tally.add(calls.iloc[:first])
    tally.add(calls.iloc[first:])
    pd.testing.assert_frame_equal(survival(tally.waits), curve)
    pd.testing.assert_frame_equal(patience(tally.waits), patience(calls))


def test_queues_stay_apart_and_waits_that_nobody_wrote_down_are_remarked():
    calls = pd.concat([log([5], [7]), log([50], [70], queue="help")], ignore_index=True)
    assert patience(calls)[["queue", "patience_s"]].values.tolist() == [["help", 120], ["sales", 12]]
    calls = calls.assign(abandoned=[None, True, None, True])
    calls.loc[1, "end"] = pd.NaT
    with pytest.warns(Remark, match="sales: 1 abandoned calls have no end"):
        table = patience(calls)
    assert table["abandoned"].tolist() == [1, 0]


def test_faulty_rows_are_left_out_and_remarked_and_an_empty_log_is_refused():
    calls = log([5], [7])
    calls.loc[0, "end"] = NINE
    with pytest.warns(Remark, match="1 of 2 calls are left out, first row 0, column end: ended"):
        assert patience(calls)["calls"].tolist() == [1]
    with pytest.raises(Refused, match="no call was answered or abandoned"):
        patience(Waits())
