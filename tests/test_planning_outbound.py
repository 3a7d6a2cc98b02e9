"""Outbound results: sums, rates and lists by hand."""

import warnings
from datetime import date

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused, Remark
from planning.outbound import OutboundTargets, outbound_report

MARCH = date(2026, 3, 1), date(2026, 3, 31)


def results() -> pd.DataFrame:
    rows = [
        ("2026-03-02", "spring", 100, 40, 5, 20, 10, 5, 10, 50, 20, 4, 900, 0, 100),
        ("2026-03-02", "renewal", 50, 10, 2, 4, 2, 2, 5, 35, 8, 2, 450, 10, 60),
        ("2026-03-03", "spring", 100, 20, 5, 10, 3, 2, 30, 50, 12, 4, 800, 50, 150),
        ("2026-04-01", "spring", 999, 9, 9, 0, 0, 0, 0, 990, 9, 9, 1, 0, 0),
    ]
    names = "date list attempts reached success failure considering undecided wrong_number not_reached"
    return pd.DataFrame(rows, columns=[*names.split(), "introduced", "sales", "records", "added", "removed"])


def test_days_classes_rates_and_lists_are_those_counted_by_hand() -> None:
    found = outbound_report(results(), *MARCH, OutboundTargets(contact_rate=0.28, sales_rate=0.3))
    assert found.days["attempts"].tolist() == [150, 100]
    assert found.days["attempts_so_far"].tolist() == [150, 250]
    assert found.days["contact_rate"].tolist() == [50 / 150, 0.2]
    classes = found.classes.set_index("result")
    assert classes["calls"].to_dict() == {
        "success": 12, "failure": 34, "considering": 15, "undecided": 9,
        "wrong_number": 45, "not_reached": 135,
    }  # fmt: skip
    assert classes.loc["success", "share"] == 12 / 250
    rates = found.rates.set_index("rate")
    assert rates["value"].to_dict() == {
        "contact_rate": 70 / 250, "introduction_rate": 40 / 70, "sales_rate": 10 / 40,
    }  # fmt: skip
    assert rates["met"].tolist()[:1] + rates["met"].tolist()[2:] == [1.0, 0.0]
    assert np.isnan(rates.loc["introduction_rate", "met"])
    lists = found.lists.set_index("list")
    assert lists.loc["spring", ["attempts", "added", "removed", "records"]].tolist() == [200, 50, 250, 800]
    assert found.lacking == ()


def test_what_is_not_counted_is_missing_and_named() -> None:
    rows = results()[["date", "list", "attempts", "reached", "sales"]].astype({"reached": float})
    rows.loc[0, "reached"] = np.nan
    found = outbound_report(rows, *MARCH)
    assert found.rates["rate"].tolist() == ["contact_rate"]
    # The row without it counts neither above nor below the line.
    assert found.rates["value"].tolist() == [30 / 150]
    assert "introduced" in found.lacking
    assert "records" in found.lacking
    assert found.classes.empty


def test_classes_that_do_not_add_up_are_remarked() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Remark)
        outbound_report(results(), *MARCH)
    with pytest.warns(
        Remark, match=r"classes do not add up to reached in 1 rows \(first 2026-03-02, spring: 41 of 40\)"
    ):
        outbound_report(results().assign(success=[6, 2, 5, 9]), *MARCH)


def test_a_rate_without_a_call_is_missing() -> None:
    found = outbound_report(results().assign(attempts=0, reached=0, introduced=0, sales=0), *MARCH)
    assert found.rates["value"].isna().all()
    assert found.rates["met"].isna().all()


def test_other_days_are_refused() -> None:
    with pytest.raises(Refused, match="no row from 2026-05-01"):
        outbound_report(results(), date(2026, 5, 1), date(2026, 5, 31))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reached": 101}, "column reached: 101 reached of 100 attempts"),
        ({"introduced": 41}, "column introduced: 41 introduced of 40 reached"),
        ({"sales": 21}, "column sales: 21 sales of 20 introduced"),
    ],
)
def test_more_of_a_part_than_of_its_whole_is_refused_by_row(changed: dict[str, int], said: str) -> None:
    rows = results()
    for name, count in changed.items():
        rows.loc[0, name] = count
    with pytest.raises(Refused, match=f"outbound, 2026-03-02, spring, {said}"):
        outbound_report(rows, *MARCH)
    # Equal counts are possible, and a row outside of the days is not looked at.
    outbound_report(results().assign(sales=results()["introduced"]), *MARCH)
    outbound_report(results().assign(attempts=[100, 50, 100, 8]), *MARCH)


def test_classes_that_do_not_add_up_are_in_the_report_too() -> None:
    with pytest.warns(Remark):
        found = outbound_report(results().assign(success=[6, 2, 6, 9]), *MARCH).unequal
    assert found["whole"].tolist() == ["reached", "attempts"]
    assert found.loc[0, ["rows", "list", "classes", "counted"]].tolist() == [2, "spring", 41, 40]
    some = results().drop(columns=["undecided", "wrong_number"])
    assert outbound_report(some, *MARCH).unequal.empty
    with pytest.warns(Remark, match="1 rows .first 2026-03-02, spring: 45 of 40"):
        outbound_report(some.assign(failure=[30, 4, 10, 0]), *MARCH)


def test_the_review_names_the_best_and_worst_day_and_what_the_lists_allow() -> None:
    review = outbound_report(results(), *MARCH, OutboundTargets(contact_rate=0.28)).review
    contact = review.rates.set_index("rate").loc["contact_rate"]
    assert (contact["best_day"], contact["best"]) == (pd.Timestamp("2026-03-02"), 50 / 150)
    assert (contact["worst_day"], contact["worst"]) == (pd.Timestamp("2026-03-03"), 0.2)
    assert (contact["value_early"], contact["value_late"]) == (50 / 150, 0.2)
    assert (contact["days_met"], contact["days"]) == (1, 2)
    assert np.isnan(review.rates.set_index("rate").loc["sales_rate", "days_met"])
    left = review.left.set_index("list")
    assert left.loc["spring"].tolist() == [800, 100, 8, 800 * 8 / 200]
    assert left.loc["renewal"].tolist() == [450, 50, 9, 450 * 2 / 50]
    assert review.notes.empty


def test_notes_that_reach_into_the_days_are_shown() -> None:
    days = ["2026-02-20", "2026-02-20", "2026-03-02", "2026-04-01"]
    until = [None, "2026-03-01", None, None]
    notes = pd.DataFrame({"date": days, "who": "Ann", "reviewed": list("abcd"), "until": until})
    found = outbound_report(results(), *MARCH, notes=notes.astype({"until": "datetime64[us]"}))
    assert found.review.notes["reviewed"].tolist() == ["b", "c"]
