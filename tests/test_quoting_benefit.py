"""In-house against outsourced, by hand."""

from pathlib import Path

import pandas as pd
import pytest

from callplan.errors import Refused
from callplan.tables import QUOTE_BENEFIT, QUOTE_MONTHS, check, read
from quoting.benefit import benefit
from quoting.terms.terms import Terms
from quoting.terms.traffic import Workload

DATA = Path(__file__).parent / "data"
AGENT_H, HANDLED, SEAT_MONTHS = 1120 + 1260 + 980, 27_900, 30


@pytest.fixture(scope="module")
def terms() -> Terms:
    return Terms.from_toml(DATA / "quote_money.toml")


@pytest.fixture(scope="module")
def months() -> pd.DataFrame:
    return read(DATA / "quote_money_months.csv", QUOTE_MONTHS)


def test_both_sides_by_hand(months: pd.DataFrame, terms: Terms) -> None:
    table = benefit(months, terms, 111_600)
    check(table, QUOTE_BENEFIT)
    found = table.set_index("measure")
    # 35% away, no hour lost to the schedule; 15 an hour with 30% burden and 10% overhead.
    paid_h = AGENT_H / 0.65
    own = paid_h * 21 + SEAT_MONTHS * 300 + 9000
    by_hand = {
        "cost": (own, 111_600),
        "cost a month": (own / 3, 37_200),
        "cost per handled call": (own / HANDLED, 4),
        "cost per resolved call": (own / HANDLED / 0.8, 5),
        "paid hours a month": (paid_h / 3, 2000),
        "FTE": (paid_h / 3 / (40 * 365 / 84), 2000 / (40 * 365 / 84)),
        "seats": (10, 10),
        "calls per agent-hour": (HANDLED / AGENT_H,) * 2,
        "calls per paid hour": (HANDLED / paid_h, HANDLED / 6000),
        "calls per seat-month": (930, 930),
        # 8 agents at the mean peak; 29,000 calls in 91.25 days.
        "agents per 100 calls": (8 / (29_000 / 91.25) * 100,) * 2,
    }
    assert found.index.tolist() == list(by_hand)
    for measure, (in_house, outsourced) in by_hand.items():
        row = found.loc[measure]
        assert (row["in_house"], row["outsourced"]) == pytest.approx((in_house, outsourced), rel=1e-12)
        assert row["difference"] == pytest.approx(in_house - outsourced, abs=1e-6)


def test_a_transferred_call_is_one_call(months: pd.DataFrame, terms: Terms) -> None:
    # Its two legs are both handled, in months that count legs: 15% more of them than calls.
    workload = Workload(transferred=0.15, transfer_aht_s=240, first_call_resolution=0.8, repeating=0.5)
    legs = terms.replace(traffic=terms.traffic.replace(workload=workload))
    found = benefit(months, legs, 111_600).set_index("measure")["outsourced"]
    calls = HANDLED / 1.15
    assert found["cost per handled call"] == pytest.approx(111_600 / calls)
    assert found["cost per resolved call"] == pytest.approx(111_600 / (0.8 * calls))
    assert found["calls per agent-hour"] == pytest.approx(calls / AGENT_H)
    assert found["calls per paid hour"] == pytest.approx(calls / 6000)
    assert found["calls per seat-month"] == pytest.approx(calls / SEAT_MONTHS)
    assert found["agents per 100 calls"] == pytest.approx(8 / (29_000 / 1.15 / 91.25) * 100)


def test_a_worse_schedule_of_the_clients_own_makes_outsourcing_save_more(
    months: pd.DataFrame, terms: Terms
) -> None:
    looser = terms.replace(in_house=terms.in_house.replace(schedule_efficiency=0.8))
    saved = [benefit(months, one, 100_000)["difference"].iloc[0] for one in (terms, looser)]
    assert saved[1] - saved[0] == pytest.approx(AGENT_H / 0.65 * (1 / 0.8 - 1) * 21)


def test_without_in_house_its_column_is_empty(months: pd.DataFrame, terms: Terms) -> None:
    table = benefit(months, terms.replace(in_house=None), 111_600)
    assert table["in_house"].isna().all()
    assert table["difference"].isna().all()
    assert table["outsourced"].notna().all()


@pytest.mark.parametrize("charged", [-1.0, float("nan"), float("inf")])
def test_no_amount_of_money_is_refused(months: pd.DataFrame, terms: Terms, charged: float) -> None:
    with pytest.raises(Refused, match="charged"):
        benefit(months, terms, charged)
