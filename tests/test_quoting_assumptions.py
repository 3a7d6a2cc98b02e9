"""The assumptions of a quote: each figure once, with its unit and who said it."""

import datetime as dt
import tomllib
from typing import Any

import pandas as pd
import pytest

from callplan.tables import QUOTE_ASSUMPTIONS, check
from quoting.assumptions import assumptions
from quoting.terms.figures import leaves
from quoting.terms.said import Said
from quoting.terms.template import DEMO_OUTBOUND, DEMO_QUOTE
from quoting.terms.terms import Terms

DEMOS = [DEMO_QUOTE, DEMO_OUTBOUND]


@pytest.fixture(scope="module")
def inbound() -> Terms:
    return Terms.from_toml(DEMO_QUOTE)


def row(table: pd.DataFrame, key: str) -> dict[str, Any]:
    """Return the one row of a figure, empty cells left out."""
    (found,) = table[table["key"] == key].to_dict("records")
    return {name: cell for name, cell in found.items() if not pd.isna(cell)}


@pytest.mark.parametrize("demo", DEMOS, ids=lambda path: path.stem)
def test_every_figure_of_the_file_is_a_row_with_its_value(demo: Any) -> None:
    """Against the file itself, read without a model of the terms."""
    table = assumptions(Terms.from_toml(demo))
    pd.testing.assert_frame_equal(check(table, QUOTE_ASSUMPTIONS), table)
    assert list(table["n"]) == list(range(1, len(table) + 1))
    assert table["key"].is_unique
    numbers = dict(zip(table["key"], table["number"], strict=True))
    for path, value in leaves(tomllib.loads(demo.read_text(encoding="utf-8"))):
        key = path.removesuffix(".value")
        if isinstance(value, int | float):
            assert numbers[key] == value, key


def test_who_said_it_stands_beside_it(inbound: Terms) -> None:
    table = assumptions(inbound)
    assert row(table, "traffic.aht_s") == {
        "n": table["key"].tolist().index("traffic.aht_s") + 1,
        "group": "traffic",
        "key": "traffic.aht_s",
        "value": "210",
        "number": 210.0,
        "unit": "s",
        "kind": "measured",
        "who": "Example Shop",
        "source": "ACD export, invented",
        "date": pd.Timestamp("2026-10-15"),
    }
    assert row(table, "traffic.calls")["kind"] == "client_estimate"
    assert row(table, "traffic.growth_a_year")["kind"] == "our_forecast"


def test_what_nobody_spoke_of_is_an_assumption_of_the_one_who_quotes(inbound: Terms) -> None:
    told = row(assumptions(inbound), "price.rate")
    assert (told["kind"], told["who"], told["source"]) == ("assumption", inbound.by, "quote.toml")
    assert told["date"].date() == inbound.date == dt.date(2026, 11, 2)


def test_a_mark_that_leaves_something_open_is_filled_from_the_quote(inbound: Terms) -> None:
    estimate = {"source": "letter", "date": "2026-10-01"}
    marks = {
        "traffic.calls": Said(kind="client_estimate", **estimate),
        "traffic.aht_s": Said(kind="measured", **estimate),
        "staff.shrinkage": Said(who="operations"),
    }
    table = assumptions(inbound.replace(said=marks))
    assert row(table, "traffic.calls")["who"] == "Example Shop"
    assert "who" not in row(table, "traffic.aht_s")
    told = row(table, "staff.shrinkage")
    assert (told["who"], told["source"], told["date"].date()) == ("operations", "quote.toml", inbound.date)


def test_what_was_left_out_is_an_assumption_of_callplan(inbound: Terms) -> None:
    staff = {name: getattr(inbound.staff, name) for name in inbound.staff.model_fields_set - {"spare_seats"}}
    table = assumptions(inbound.replace(staff=type(inbound.staff)(**staff)))
    told = row(table, "staff.spare_seats")
    assert (told["value"], told["number"]) == ("0", 0)
    assert (told["kind"], told["who"], told["source"]) == ("assumption", "callplan", "default of callplan")
    assert "date" not in told
    assert row(assumptions(inbound), "staff.spare_seats")["who"] == "operations"


def test_a_default_that_plays_no_part_is_no_assumption(inbound: Terms) -> None:
    def with_traffic(**changes: Any) -> set[str]:
        kept = {
            name: getattr(inbound.traffic, name) for name in inbound.traffic.model_fields_set - {"weekdays"}
        }
        traffic = type(inbound.traffic)(**{**kept, **changes})
        return set(assumptions(inbound.replace(traffic=traffic))["key"])

    assert "traffic.weekdays.1" not in with_traffic()  # the profile `shop` has weekdays of its own
    assert "traffic.weekdays.7" in with_traffic(profile=(1 / 24,) * 24)
    given = assumptions(inbound.replace(staff=inbound.staff.replace(schedule_efficiency=0.9)))
    assert "staff.shifts.start_every_min" not in set(given["key"])
    assert "staff.shifts.start_every_min" in set(assumptions(inbound)["key"])
    outbound = set(assumptions(Terms.from_toml(DEMO_OUTBOUND))["key"])
    assert not [key for key in outbound if key.startswith(("traffic.workload", "traffic.weekdays"))]
    assert "staff.attrition_convention" not in outbound  # it is given by the month
    assert "standard.convention" not in outbound  # no service level is asked


def test_what_a_preset_asks_for_is_listed(inbound: Terms) -> None:
    standard = type(inbound.standard)(preset="world_class", within_s=10)
    table = assumptions(inbound.replace(standard=standard))
    told = row(table, "standard.service_level")
    assert (told["number"], told["source"]) == (0.98, "preset world_class")
    assert row(table, "standard.asa_s")["number"] == 15
    assert row(table, "standard.within_s")["source"] == "draft contract, invented"


def test_money_has_the_quotes_currency_and_what_it_is_paid_for(inbound: Terms) -> None:
    table = assumptions(inbound)
    units = dict(zip(table["key"], table["unit"], strict=True))
    assert not table["unit"].dropna().str.contains("money").any()
    assert units["cost.wages.1.per_h"] == "EUR per hour"
    assert units["cost.lines.1.amount"] == "EUR per month"
    assert units["billing.1.minimum"] == "seats"
    assert units["billing.2.base"] == "EUR per month"
    assert units["billing.4.minimum"] == "calls per month"
    assert units["billing.7.rate"] == "EUR per handling minute"
    assert units["price.rate"] == "share of the price"
    markup = assumptions(inbound.replace(price=inbound.price.replace(basis="markup")))
    assert row(markup, "price.rate")["unit"] == "share of the cost"
    outbound = assumptions(Terms.from_toml(DEMO_OUTBOUND))
    assert row(outbound, "billing.2.minimum")["unit"] == "EUR per month"


def test_every_number_has_a_unit(inbound: Terms) -> None:
    for terms in (inbound, Terms.from_toml(DEMO_OUTBOUND)):
        table = assumptions(terms)
        assert table.loc[table["number"].notna(), "unit"].notna().all()
        assert table.loc[table["number"].isna(), "unit"].isna().all()


def test_opening_hours_stand_by_weekday(inbound: Terms) -> None:
    table = assumptions(inbound)
    assert row(table, "time_band.hours.sat")["value"] == "09:00-18:00"
    assert "time_band.hours.sun" not in set(table["key"])
