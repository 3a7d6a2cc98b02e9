"""Terms of a quote: read from TOML with who said what, and refused in one line that says what to do."""

import copy
import datetime as dt
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from quoting.terms.factors import Term, TimeBand
from quoting.terms.money import Billing, Price
from quoting.terms.said import Said
from quoting.terms.staff import Staff
from quoting.terms.template import DEMO_OUTBOUND, DEMO_QUOTE
from quoting.terms.terms import FACTORS, Terms
from quoting.terms.traffic import Traffic

INBOUND = tomllib.loads(DEMO_QUOTE.read_text(encoding="utf-8"))
OUTBOUND = tomllib.loads(DEMO_OUTBOUND.read_text(encoding="utf-8"))
GONE = object()


def edited(content: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a copy with some values set, by path: `traffic__calls`, `cost__wages__0__per_h`; or GONE."""
    content = copy.deepcopy(content)
    for path, value in changes.items():
        *way, last = path.split("__")
        place: Any = content
        for key in way:
            place = place[int(key)] if isinstance(place, list) else place.setdefault(key, {})
        if value is GONE:
            del place[last]
        else:
            place[int(last) if isinstance(place, list) else last] = value
    return content


def read(content: dict[str, Any] = INBOUND, **changes: Any) -> Terms:
    return Terms.from_dict(edited(content, **changes), "quote.toml")


def refusal(content: dict[str, Any] = INBOUND, **changes: Any) -> str:
    with pytest.raises(Refused) as fault:
        read(content, **changes)
    return str(fault.value)


# ── the eight groups ──────────────────────────────────────────────────────────────────────────────


def test_there_are_eight_groups_as_the_trade_names_them() -> None:
    assert len(FACTORS) == 8
    assert list(FACTORS) == [name for name in Terms.model_fields if name in FACTORS]


@pytest.mark.parametrize("group", FACTORS)
def test_a_missing_group_is_named(group: str) -> None:
    do = f"add its keys under [{group}]; `callplan quote --init` shows them"
    assert refusal(**{group: GONE}) == f"quote.toml, {group}: this group is missing; {do}"


@pytest.mark.parametrize("group", FACTORS)
@pytest.mark.parametrize("empty", [{}, {"said": {"who": "ops"}}], ids=["empty", "only said"])
def test_an_empty_group_is_named(group: str, empty: dict[str, Any]) -> None:
    assert refusal(**{group: empty}).startswith(f"quote.toml, {group}: this group is empty; add its keys")


def test_all_missing_groups_are_named_at_once() -> None:
    assert "term: this group is missing, so are integration, other;" in refusal(
        term=GONE, other=GONE, integration=GONE
    )


def test_a_misspelt_group_is_recognised() -> None:
    said = refusal(traffic=GONE, trafic={"calls": 1})
    assert said == "quote.toml, traffic: this group is missing; rename [trafic]"


def test_an_unknown_group_is_refused_with_the_nearest() -> None:
    assert refusal(billings=[{}]) == "quote.toml, billings: unknown key 'billings'; did you mean billing?"


# ── figures that cannot be ────────────────────────────────────────────────────────────────────────

# Each: the changes, and what the line says after "quote.toml, ".
FIGURES: dict[str, tuple[dict[str, Any], str]] = {
    "a negative wage": (
        {"cost__wages__0__per_h": -14.2},
        "cost.wages.1.per_h: found -14.2; it must be greater than 0",
    ),
    "a negative rate of a cost": (
        {"cost__seat_per_month": -145},
        "cost.seat_per_month: found -145; it must be at least 0",
    ),
    "a negative rate of a billing, the second table": (
        {"billing__1__rate": -1},
        "billing.2.rate: found -1; it must be at least 0",
    ),
    "a negative markup": ({"price__rate": -0.1}, "price.rate: found -0.1; it must be at least 0"),
    "a negative add-on": (
        {"price__add_ons__0__amount": -450},
        "price.add_ons.1.amount: found -450; it must be at least 0",
    ),
    "no month": ({"term__months": 0}, "term.months: found 0; it must be at least 1"),
    "half a month": ({"term__months": 0.5}, "term.months: found 0.5; a whole number is needed"),
    "a start inside a month": (
        {"term__start": dt.date(2027, 1, 15)},
        "term.start: found 2027-01-15; a term has whole months: give the first of one",
    ),
    **{
        f"{day!r} for a day": (
            {"date": day, "term__start": dt.date(2027, 1, 1)},
            f"date: found {day!r}; write the day as 2003-12-25",
        )
        for day in (0, "2 November 2026", "2026-13-01", dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC))
    },
    "percent for a share": (
        {"staff__shrinkage": 30},
        "staff.shrinkage: found 30; it must be less than 1: 30% is 0.3",
    ),
    "more leavers a year than there are people": (
        {"staff__attrition": 1.2},
        "staff.attrition: found 1.2 a year; give it by month: a twelfth of it is attrition = 0.1, "
        'attrition_per = "month"',
    ),
    "everybody leaves in a month": (
        {"staff__attrition": 1, "staff__attrition_per": "month"},
        "staff.attrition: found 1 a month; a share below 1",
    ),
    "percent for an attrition": (
        {"staff__attrition": 30},
        "staff.attrition: found 30 a year; a share below 1: 30% is 0.3",
    ),
    "a text of blanks": (
        {"integration__access": "  "},
        "integration.access: a text of blanks alone; write the text, or leave the key out",
    ),
    "a blank text in a list": (
        {"other__skills": ["orders", "\t"]},
        "other.skills.2: a text of blanks alone; write the text, or leave the key out",
    ),
    "a premium of public holidays that nobody counts": (
        {"time_band__holidays_a_year": GONE},
        "cost.holiday_premium: a premium, but no public holidays; give time_band.holidays_a_year, or leave "
        "holiday_premium out",
    ),
    "some zeros too many": (
        {"traffic__calls": 1.3e10, "traffic__per": "year"},
        "traffic.calls: found 13,000,000,000 a year; a quote is for a thousand million calls a month at most",
    ),
    "above 100%": ({"staff__shrinkage": 1.3}, "staff.shrinkage: found 1.3; it must be less than 1"),
    "percent for a premium": (
        {"cost__night_premium": 25},
        "cost.night_premium: found 25; it must be at most 1: 25% is 0.25",
    ),
    "percent for a holiday's premium": (
        {"cost__holiday_premium": 100},
        "cost.holiday_premium: found 100; a share, at most 3 (300%): 100% is 1",
    ),
    "percent for a growth": (
        {"traffic__growth_a_year": 5},
        "traffic.growth_a_year: found 5; it must be at most 1: 5% is 0.05",
    ),
    "percent for a tax": ({"cost__tax": 19}, "cost.tax: found 19; it must be less than 1: 19% is 0.19"),
    "percent as text": (
        {"staff__shrinkage": "30%"},
        "staff.shrinkage: found '30%'; a number is needed: 30% is 0.3",
    ),
    "percent for a markup": (
        {"price__basis": "markup", "price__rate": 20},
        "price.rate: found 20; a share, at most 3 (300%): 20% is 0.2",
    ),
    "percent for an efficiency": (
        {"staff__schedule_efficiency": 85},
        'staff.schedule_efficiency: found 85; a share above 0, at most 1, or "measured": 85% is 0.85',
    ),
    "no efficiency at all": (
        {"staff__schedule_efficiency": 0},
        'staff.schedule_efficiency: found 0; a share above 0, at most 1, or "measured"',
    ),
    "a misspelt efficiency": (
        {"staff__schedule_efficiency": "mesured"},
        "staff.schedule_efficiency: found 'mesured'; did you mean measured?, or give a share such as 0.9",
    ),
    "percent for a goal": (
        {"standard__service_level": 80},
        "standard.service_level: found 80; a share lies between 0 and 1: 80% is 0.8",
    ),
    "percent for a step of the SLA": (
        {"sla__credits__1__below": 70},
        "sla.credits.2.below: found 70; it must be at most 1: 70% is 0.7",
    ),
    "a margin of 100%": (
        {"price__rate": 1, "price__floor": GONE},
        "price.rate: found a margin of 100%; a margin is below 100%: 20% is 0.2",
    ),
    "a floor of 100%": (
        {"price__floor": 1.0},
        "price.floor: found a margin of 100%; a margin is below 100%: 20% is 0.2",
    ),
    "a floor above what is asked": (
        {"price__floor": 0.2},
        "price.floor: a floor of 0.2 above the margin of 0.18; lower the floor, or ask for more",
    ),
    "neither markup nor margin": (
        {"price__basis": GONE},
        "price.basis: this key is missing; add it (`callplan quote --init` shows every key)",
    ),
    "an unknown basis": (
        {"price__basis": "profit"},
        "price.basis: found 'profit'; it must be 'markup' or 'margin'",
    ),
    "skills that do not add up": (
        {"cost__wages__0__share": 0.8},
        "cost.wages: their shares add up to 0.95; make them add up to 1",
    ),
    "no wage": ({"cost__wages": []}, "cost.wages: it is empty; give at least one"),
    "no billing": ({"billing": []}, "billing: it is empty; give at least one"),
    "no name": ({"name": ""}, "name: found ''; a text is needed"),
    "an empty text in a list": (
        {"service_type__scope": ["orders", ""]},
        "service_type.scope.2: found ''; a text is needed",
    ),
    "no skill": ({"other__skills": []}, "other.skills: it is empty; give at least one"),
    "an unknown key": (
        {"traffic__busy_hour": 0.1},
        "traffic.busy_hour: unknown key 'busy_hour'; did you mean busy_hour_factor?",
    ),
    "an unknown key in a list": (
        {"cost__wages__1__per_hour": 12},
        "cost.wages.2.per_hour: unknown key 'per_hour'; did you mean per_h?",
    ),
    "a table where a number is due": (
        {"traffic__calls": {"kind": "assumption"}},
        "traffic.calls: a table; a number is needed",
    ),
    "minutes for seconds": (
        {"traffic__aht_s": 3.5},
        "traffic.aht_s: a handling time of 3.5 s, below 10 s; give seconds (3.5 min are 210), "
        "or set aht_as_given = true",
    ),
    "a busiest hour below the mean one": (
        {"traffic__busy_hour_factor": 0.01},
        "traffic.busy_hour_factor: found 0.01; the busiest hour has at least 1/24 of a day: 10% is 0.1",
    ),
    "no calls": ({"traffic__calls": 0}, "traffic.calls: found 0; it must be greater than 0"),
    "truth for a number": (
        {"traffic__workload__blocked": True},
        "traffic.workload.blocked: found true; give a figure or a text",
    ),
    "endless calls": (
        {"traffic__calls": float("inf")},
        "traffic.calls: found inf; a finite number is needed",
    ),
    "calls of no period": (
        {"traffic__per": GONE},
        "traffic.per: this key is missing; say whether calls come per day, week, month or year",
    ),
    "calls of no period, beside a history": (
        {"traffic__history": "calls.csv", "traffic__zone": "UTC", "traffic__per": GONE},
        "traffic.per: this key is missing; say whether calls come per day, week, month or year",
    ),
    "a history without a zone": (
        {"traffic__history": "calls.csv"},
        'traffic.zone: a history without its time zone; add it, as zone = "Europe/Paris"',
    ),
    "a history elsewhere": (
        {"traffic__history": "../calls.csv"},
        "traffic.history: found '../calls.csv'; name a file in the folder of these settings",
    ),
    "six weekdays": (
        {"traffic__weekdays": [1, 1, 1, 1, 1, 1]},
        "traffic.weekdays: found [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]; give 7 weights, not all 0, none negative",
    ),
    "weekdays without calls": (
        {"traffic__weekdays": [0] * 7},
        "traffic.weekdays: found [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]; "
        "give 7 weights, not all 0, none negative",
    ),
    "a peak without its factor": (
        {"traffic__peak_month_factor": GONE},
        "traffic.peak_month: one of peak_month and peak_month_factor; give both, or neither",
    ),
    "a peak and months": (
        {"traffic__months": [1] * 12},
        "traffic.months: months and peak_month together; give one of them",
    ),
    "an unknown profile": (
        {"traffic__profile": "offce"},
        "traffic.profile: unknown profile 'offce'; did you mean office?",
    ),
    "a profile of a dozen": (
        {"traffic__profile": [1 / 12] * 12},
        "traffic.profile: found 12 values, the least 0.0833333; give 24, 48 or 96 of a day, none negative",
    ),
    "a profile of half the calls": (
        {"traffic__profile": [0.5] + [0] * 23},
        "traffic.profile: they add up to 0.5; shares add up to 1, percents to 100",
    ),
    "a profile of words": (
        {"traffic__profile": ["high", "low"]},
        "traffic.profile: found ['high', 'low']; give the name of a profile, or a list of numbers",
    ),
    "transfers without a time": (
        {"traffic__workload__transfer_aht_s": GONE},
        "traffic.workload.transfer_aht_s: transferred without a handling time; give transfer_aht_s",
    ),
    "repeating, though all is solved": (
        {"traffic__workload__first_call_resolution": GONE},
        "traffic.workload.first_call_resolution: repeating, but every call is solved at the first; "
        "give first_call_resolution, a share below 1",
    ),
    "a month 13": (
        {"term__kind": "intermittent", "term__active_months": [13]},
        "term.active_months: found [13]; months are 1 to 12",
    ),
    "intermittent without its months": (
        {"term__kind": "intermittent"},
        "term.active_months: the term is intermittent; name the months, as [11, 12, 1]",
    ),
    "months of a long term": (
        {"term__active_months": [11]},
        "term.active_months: the term is long; leave active_months out",
    ),
    "a term without work": (
        {"term__kind": "intermittent", "term__active_months": [11], "term__months": 3},
        "term.active_months: none of [11] in 3 months from 2027-01-01; "
        "name months of the term, or lengthen it",
    ),
    "a support that nobody spans": (
        {"staff__support_span": GONE},
        "cost.support_per_month: a cost of support, but no span of it; "
        "give staff.support_span, or leave support_per_month out",
    ),
    "an abandonment goal without a patience": (
        {"traffic__patience_s": GONE},
        "traffic.patience_s: a goal for hanging up without a patience; give patience_s",
    ),
}


@pytest.mark.parametrize("case", FIGURES)
def test_a_figure_that_cannot_be_is_refused(case: str) -> None:
    changes, line = FIGURES[case]
    assert refusal(**changes) == f"quote.toml, {line}"


# ── the time band ─────────────────────────────────────────────────────────────────────────────────

BANDS: dict[str, tuple[dict[str, Any], str]] = {
    **{
        f"{kind} without hours": (
            {"kind": kind, "above_calls": 5} if kind == "overflow" else {"kind": kind},
            f'time_band.hours: the band is {kind}, without hours; add hours = {{ mon-fri = "09:00-18:00" }}',
        )
        for kind in ("office", "off_hours", "overflow")
    },
    "no opening hour": (
        {"kind": "office", "hours": {"mon-fri": "closed"}},
        "time_band.hours: the band covers no opening hour; open at least one weekday",
    ),
    "an empty table of hours": (
        {"kind": "office", "hours": {}},
        "time_band.hours: the band covers no opening hour; open at least one weekday",
    ),
    "day and night with hours": (
        {"kind": "7x24", "hours": {"mon": "09:00-18:00"}},
        "time_band.hours: the band is 7x24, with hours of its own; leave hours out, or name another kind",
    ),
    "hours in which nobody calls": (
        {"kind": "off_hours", "hours": {"mon-fri": "21:00-24:00"}},
        "time_band.hours: the band covers no hour in which calls come, by traffic.profile and its weekdays; "
        "see the hours, the profile and the weekdays",
    ),
    "a weekday on which nobody calls": (
        {"kind": "off_hours", "hours": {"sun": "10:00-14:00"}},
        "time_band.hours: the band covers no hour in which calls come, by traffic.profile and its weekdays; "
        "see the hours, the profile and the weekdays",
    ),
    "hours off the clock": (
        {"kind": "office", "hours": {"mon": "09:00-25:00"}},
        "time_band.hours.mon: '09:00-25:00' is not on the clock; write spans such as "
        '"07:00-21:00" or "08:00-12:00, 13:00-24:00", or "closed"',
    ),
    "dates of a typical week": (
        {"kind": "office", "hours": {"mon": "09:00-18:00", "dates": {"2027-12-24": "closed"}}},
        "time_band.hours.dates: found 1 dates; a quote is for a typical week: leave dates out",
    ),
    "an overflow above nothing": (
        {"kind": "overflow", "hours": {"mon": "09:00-18:00"}},
        "time_band.above_calls: the band is overflow; give above_calls",
    ),
    "office hours above something": (
        {"kind": "office", "hours": {"mon": "09:00-18:00"}, "above_calls": 5},
        "time_band.above_calls: the band is office; leave above_calls out",
    ),
    "a night off the clock": (
        {"kind": "7x24", "night": ["22:00", "6 am"]},
        'time_band.night: found \'6 am\'; give two times of day, as ["22:00", "06:00"]',
    ),
    "a night without a length": (
        {"kind": "7x24", "night": ["22:00", "22:00"]},
        "time_band.night: from 22:00 to 22:00; a night ends at another time than it begins",
    ),
    "an unknown band": (
        {"kind": "24x7"},
        "time_band.kind: found '24x7'; it must be '7x24', 'office', 'off_hours' or 'overflow'",
    ),
}


@pytest.mark.parametrize("case", BANDS)
def test_a_band_that_covers_nothing_is_refused(case: str) -> None:
    band, line = BANDS[case]
    assert refusal(time_band=band) == f"quote.toml, {line}"


@pytest.mark.parametrize(
    ("band", "days"),
    [
        ({"kind": "7x24"}, 7),
        ({"kind": "office", "hours": {"mon-fri": "09:00-18:00"}}, 5),
        ({"kind": "off_hours", "hours": {"sat-sun": "09:00-18:00"}}, 2),
        ({"kind": "overflow", "hours": {"mon": "09:00-18:00"}, "above_calls": 40}, 1),
    ],
)
def test_each_band_has_its_week(band: dict[str, Any], days: int) -> None:
    terms = read(time_band=band, cost__holiday_premium=GONE)
    assert sum(bool(spans) for spans in terms.time_band.week.week) == days


def test_a_term_that_has_begun_before_the_quote_is_remarked() -> None:
    with pytest.warns(Remark, match="term.start, 2026-11-01, is before the quote's date, 2026-11-02"):
        read(term__start=dt.date(2026, 11, 1))


# ── goals ─────────────────────────────────────────────────────────────────────────────────────────

STANDARDS: dict[str, tuple[dict[str, Any], str]] = {
    "a preset without its seconds": (
        {"preset": "world_class"},
        "standard.within_s: 98% comes without its seconds; ask the client within how many",
    ),
    "a service level without its seconds": (
        {"service_level": 0.8},
        "standard: a service level of 80% without its seconds; give within_s",
    ),
    "seconds without a service level": (
        {"within_s": 20, "asa_s": 15},
        "standard.within_s: 20 s without a service level; give service_level, or leave within_s out",
    ),
    "no goal": (
        {"convention": "offered"},
        "standard: no goal; give one, such as service_level=0.8, within_s=20",
    ),
    "an unknown convention": (
        {"service_level": 0.8, "within_s": 20, "convention": "ofered"},
        "standard.convention: found 'ofered'; did you mean offered?",
    ),
    "an unknown preset": (
        {"preset": "best"},
        "standard.preset: found 'best'; it must be 'world_class'",
    ),
    "credits without a service level": (
        {"asa_s": 15},
        "sla: credits by service level, but none is asked; give standard.service_level, or leave [sla] out",
    ),
}


@pytest.mark.parametrize("case", STANDARDS)
def test_a_goal_without_its_seconds_is_refused(case: str) -> None:
    standard, line = STANDARDS[case]
    assert refusal(standard=standard) == f"quote.toml, {line}"


def test_the_preset_sets_all_three_goals_that_the_client_does_not_change() -> None:
    goals = read(standard={"preset": "world_class", "within_s": 10, "asa_s": 12}).standard.target
    assert (goals.service_level, goals.within_s, goals.asa_s, goals.abandoned) == (0.98, 10, 12, 0.02)


# ── money ─────────────────────────────────────────────────────────────────────────────────────────

MONEY: dict[str, tuple[dict[str, Any], str]] = {
    "another currency as text": (
        {"cost__setup": "18500 USD"},
        "cost.setup: found '18500 USD' in a quote in EUR; give all money in EUR",
    ),
    "another currency in front": (
        {"cost__wages__1__per_h": "usd 15.90"},
        "cost.wages.2.per_h: found 'usd 15.90' in a quote in EUR; give all money in EUR",
    ),
    "another currency of a group": (
        {"in_house__currency": "CNY"},
        "in_house.currency: found 'CNY' in a quote in EUR; give all money in EUR",
    ),
    "another currency of one billing": (
        {"billing__0__currency": "CNY"},
        "billing.1.currency: found 'CNY' in a quote in EUR; give all money in EUR",
    ),
    "another currency beside a figure": (
        {"cost__setup": {"value": 18500, "currency": "USD"}},
        "cost.setup.currency: found 'USD' in a quote in EUR; give all money in EUR",
    ),
    "another currency of a figure that somebody said": (
        {"cost__setup": {"value": "18500 USD", "who": "ops"}},
        "cost.setup.value: found '18500 USD' in a quote in EUR; give all money in EUR",
    ),
    "two currencies at once": (
        {"cost__setup": "EUR 12 USD"},
        "cost.setup: found 'EUR 12 USD' in a quote in EUR; give all money in EUR",
    ),
    "a sign": ({"cost__setup": "$12"}, "cost.setup: found '$12'; a number is needed"),
    "money for seconds": (
        {"traffic__aht_s": "240 EUR"},
        "traffic.aht_s: found '240 EUR'; a number is needed",
    ),
    "no code": (
        {"currency": "Euro"},
        "currency: found 'Euro'; write its code of three capital letters, as EUR",
    ),
    "no currency": (
        {"currency": GONE},
        "currency: this key is missing; add it (`callplan quote --init` shows every key)",
    ),
}


@pytest.mark.parametrize("case", MONEY)
def test_mixed_currencies_are_refused(case: str) -> None:
    changes, line = MONEY[case]
    assert refusal(**changes) == f"quote.toml, {line}"


@pytest.mark.parametrize(
    "setup",
    ["18500 EUR", "EUR 18500", "18500.00eur", {"value": "18500 EUR"}, {"value": 18500, "currency": "EUR"}],
)
def test_money_in_the_quotes_own_currency_is_a_number(setup: Any) -> None:
    assert read(cost__setup=setup, cost__currency="EUR").cost.setup == 18500


# ── billing and SLA ───────────────────────────────────────────────────────────────────────────────

# What each method must have, and what it may have beside.
METHODS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "per_seat_month": ({}, {"minimum": 10}),
    "base_plus_overage": ({"base": 900, "included": 1000}, {}),
    "per_call": ({}, {"base": 900}),
    "per_call_minimum": ({"minimum": 900}, {}),
    "commission": ({}, {"success": 0.1}),
    "seat_rental": ({}, {}),
    "hourly": ({}, {}),
    "fte_month": ({}, {}),
    "project": ({}, {}),
    "productive_hour": ({}, {}),
    "handling_minute": ({}, {}),
    "dead_band": ({"baseline": 1000, "band": 0.1}, {"additional": 40, "reduced": 30}),
    "minimum_volume": ({"minimum": 900}, {}),
}
KEYS = {
    "minimum": 1, "base": 1, "included": 1, "baseline": 1, "band": 0.1, "additional": 1, "reduced": 1,
    "success": 0.1,
}  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_a_method_has_its_own_keys_and_no_others(method: str) -> None:
    needs, takes = METHODS[method]
    assert Billing(method=method, **needs).rate is None
    assert Billing(method=method, **needs, **takes, rate=2).rate == 2
    for key in needs:
        with pytest.raises(Refused, match=f"^{key}: this key is missing; {method} needs it$"):
            Billing(method=method, **{name: value for name, value in needs.items() if name != key})
    for key in KEYS.keys() - needs.keys() - takes.keys():
        with pytest.raises(Refused, match=f"^{key}: {method} does not use it; "):
            Billing(method=method, **needs, **{key: KEYS[key]})


def test_every_method_is_tried() -> None:
    with pytest.raises(Refused) as fault:
        Billing(method="by the kilo")
    assert all(f"'{method}'" in str(fault.value) for method in METHODS)
    assert str(fault.value).count("'") == 2 * len(METHODS) + 2


def test_a_commission_of_inbound_calls_needs_its_successes() -> None:
    said = refusal(billing=[{"method": "hourly"}, {"method": "commission"}])
    found = "a commission without an outbound funnel; give the share of handled calls that succeed"
    assert said == f"quote.toml, billing.2.success: {found}"
    assert read(OUTBOUND).billing[0].success is None


SLAS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing moves": (
        {"cap": 0.1},
        "sla.credits: neither credits nor bonuses; give a step, or leave [sla] out",
    ),
    "no cap": (
        {"credits": [{"below": 0.7, "share": 0.05}]},
        "sla.cap: this key is missing; add it (`callplan quote --init` shows every key)",
    ),
    "a credit without its level": (
        {"cap": 0.1, "credits": [{"share": 0.05}]},
        "sla.credits.1: a step without below; credits have below and share",
    ),
    "a credit above": (
        {"cap": 0.1, "credits": [{"below": 0.7, "share": 0.05}, {"below": 0.6, "above": 0.9, "share": 0.1}]},
        "sla.credits.2: found above; credits have below and share",
    ),
    "a bonus below": (
        {"cap": 0.1, "bonuses": [{"below": 0.7, "share": 0.05}]},
        "sla.bonuses.1: a step without above; bonuses have above and share",
    ),
    "a worse month costs less": (
        {"cap": 0.1, "credits": [{"below": 0.6, "share": 0.02}, {"below": 0.7, "share": 0.05}]},
        "sla.credits: below 0.6 moves 0.02, no more than below 0.7 (0.05); "
        "a step further from the goal moves more",
    ),
    "one level twice": (
        {"cap": 0.1, "bonuses": [{"above": 0.9, "share": 0.02}, {"above": 0.9, "share": 0.05}]},
        "sla.bonuses: above 0.9 moves 0.05, no more than above 0.9 (0.02); "
        "a step further from the goal moves more",
    ),
    "a bonus where a credit is due": (
        {"cap": 0.1, "credits": [{"below": 0.8, "share": 0.05}], "bonuses": [{"above": 0.7, "share": 0.05}]},
        "sla.bonuses: a bonus above 0.7, a credit below 0.8; let bonuses begin where credits end",
    ),
}


@pytest.mark.parametrize("case", SLAS)
def test_an_sla_that_contradicts_itself_is_refused(case: str) -> None:
    sla, line = SLAS[case]
    assert refusal(sla=sla) == f"quote.toml, {line}"


@pytest.mark.parametrize("order", [1, -1])
def test_the_steps_of_an_sla_come_in_any_order(order: int) -> None:
    steps = [{"below": 0.7, "share": 0.05}, {"below": 0.8, "share": 0.02}, {"below": 0.5, "share": 0.1}]
    sla = read(sla={"cap": 0.1, "credits": steps[::order]}).sla
    assert sla
    assert [step.below for step in sla.credits] == [0.7, 0.8, 0.5][::order]


# ── outbound ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"direction__outbound": GONE}, "direction.outbound: way is 'outbound'; add [direction.outbound]"),
        (
            {"direction__way": "inbound"},
            "direction.outbound: way is 'inbound'; leave [direction.outbound] out",
        ),
        (
            {"direction__outbound__reached": 42},
            "direction.outbound.reached: found 42; it must be at most 1: 42% is 0.42",
        ),
        (
            {"traffic__growth_a_year": 0.1},
            "traffic.growth_a_year: calls that come in, in an outbound quote; "
            "leave growth_a_year out: [direction.outbound] and the hours say what is called",
        ),
        (
            {"traffic__calls": 900, "traffic__per": "day"},
            "traffic.calls: calls that come in, in an outbound quote; "
            "leave calls out: [direction.outbound] and the hours say what is called",
        ),
    ],
)
def test_outbound_has_a_funnel_in_the_place_of_calls(changes: dict[str, Any], line: str) -> None:
    assert refusal(OUTBOUND, **changes) == f"quote.toml, {line}"


# ── who said it ───────────────────────────────────────────────────────────────────────────────────

LETTER = {"kind": "client_estimate", "who": "the shop", "source": "letter", "date": dt.date(2026, 10, 1)}


def test_what_was_said_is_kept_by_path_and_the_nearest_counts() -> None:
    terms = read(
        said={"who": "pricing"},
        traffic__said=LETTER,
        traffic__aht_s={"value": 240, "who": "ops"},
        cost__wages__1__per_h={"value": 15, "who": "payroll"},
    )
    assert terms.traffic.aht_s == 240
    assert terms.said_of("traffic.aht_s") == Said(who="ops")
    assert terms.said_of("traffic.workload.blocked") == Said(**LETTER)
    assert terms.said_of("cost.wages.2.per_h").who == "payroll"
    assert terms.said_of("cost.wages.1.per_h").who == "controlling"
    assert terms.said_of("price.rate").who == "pricing"


def test_nobody_said_anything_is_an_assumption() -> None:
    assert read(traffic__said=GONE).said_of("traffic.calls") == Said(kind="assumption")


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("the client", 'found \'the client\'; make it a table: { kind = "assumption", who = "..." }'),
        ({"whom": "ops"}, "unknown key 'whom'; did you mean who?"),
        ({"kind": "estimate"}, "found 'estimate'; it must be 'client_estimate', 'our_forecast', "),
        ({**LETTER, "source": ""}, "a figure of kind client_estimate without a source; add its source"),
        ({"kind": "measured", "source": "ACD"}, "a figure of kind measured without a date; add its date"),
    ],
)
def test_a_mark_that_says_too_little_is_refused(said: Any, line: str) -> None:
    assert refusal(traffic__said=said).startswith("quote.toml, traffic.said")
    assert line in refusal(traffic__said=said)
    if isinstance(said, dict):
        assert refusal(traffic__aht_s={"value": 240, **said}).startswith("quote.toml, traffic.aht_s.")


# ── the file ──────────────────────────────────────────────────────────────────────────────────────


def test_a_file_that_is_not_there_is_refused_with_the_command_that_writes_one(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"no such file; `callplan quote --init` writes a commented one$"):
        Terms.from_toml(tmp_path / "quote.toml")


def test_a_history_stands_beside_the_file_and_a_what_if_keeps_it(a_file: Callable[[str, str], Path]) -> None:
    text = DEMO_QUOTE.read_text(encoding="utf-8")
    text = text.replace("[traffic]\n", '[traffic]\nhistory = "calls.csv"\nzone = "UTC"\n')
    path = a_file("quote.toml", text)
    terms = Terms.from_toml(path)
    assert terms.history_file == path.resolve().parent / "calls.csv"
    what_if = terms.replace(staff=terms.staff.replace(shrinkage=0.2))
    assert what_if.history_file == terms.history_file
    assert what_if.staff.shrinkage == 0.2
    assert what_if.said == terms.said
    assert Terms.from_toml(DEMO_QUOTE).history_file is None


def test_terms_keep_their_hash_once_their_goals_and_hours_were_read() -> None:
    terms, same = read(), read()
    before = hash(terms)
    assert terms.standard.target.goals()
    assert terms.time_band.week
    assert terms.term.calendar
    assert (hash(terms), terms) == (before, same)


# ── the rest ──────────────────────────────────────────────────────────────────────────────────────


@given(
    start=st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)).map(lambda day: day.replace(day=1)),
    months=st.integers(1, 60),
    active=st.sets(st.integers(1, 12)),
)
def test_the_calendar_has_each_worked_month_once(start: dt.date, months: int, active: set[int]) -> None:
    # Counted day by day, as nobody would do it in earnest.
    end = (start.year * 12 + start.month - 1) + months
    days = (start + dt.timedelta(n) for n in range(31 * months + 1))
    firsts = [day for day in days if day.day == 1 and day.year * 12 + day.month - 1 < end]
    worked = [day for day in firsts if not active or day.month in active]
    kind = "intermittent" if active else "long"
    if worked:
        term = Term(kind=kind, start=start, months=months, active_months=tuple(active))
        assert list(term.calendar) == worked
    else:
        with pytest.raises(Refused, match=r"^active_months: none of"):
            Term(kind=kind, start=start, months=months, active_months=tuple(active))


@pytest.mark.parametrize("efficiency", [1, 1.0, 0.85, "measured"])
def test_an_efficiency_is_a_share_or_measured(efficiency: Any) -> None:
    staff = {"shrinkage": 0, "full_time_h": 40, "attrition": 0, "attrition_per": "month", "leader_span": 9}
    assert Staff(**staff, schedule_efficiency=efficiency).schedule_efficiency == efficiency


@pytest.mark.parametrize(
    ("per", "convention", "monthly"),
    [("month", "compound", 0.24), ("year", "simple", 0.02), ("year", "compound", 0.022610)],
)
def test_attrition_comes_by_the_month(per: str, convention: str, monthly: float) -> None:
    staff = Staff(
        shrinkage=0.3,
        full_time_h=40,
        attrition=0.24,
        attrition_per=per,
        attrition_convention=convention,
        leader_span=12,
    )
    assert staff.attrition_a_month == pytest.approx(monthly, abs=1e-6)
    if convention == "compound" and per == "year":
        assert (1 - staff.attrition_a_month) ** 12 == pytest.approx(1 - 0.24)


def test_a_profile_in_percent_is_one_in_shares() -> None:
    shares = [0.02, 0.08] * 4 + [0.1] * 6 + [0.0] * 10
    figure = {"calls": 100, "per": "day", "within": "open_hours", "aht_s": 240}
    percents = Traffic(**figure, profile=[100 * share for share in shares]).profile
    assert percents == pytest.approx(Traffic(**figure, profile=shares).profile)
    assert sum(Traffic(**figure, profile=shares).profile or ()) == pytest.approx(1)


@given(st.floats(1, 1e9), st.floats(0, 0.99))
def test_a_price_leaves_what_was_asked(cost: float, rate: float) -> None:
    margin, markup = (Price(basis=basis, rate=rate).of(cost) for basis in ("margin", "markup"))
    assert (margin - cost) / margin == pytest.approx(rate, abs=1e-9)
    assert (markup - cost) / cost == pytest.approx(rate, abs=1e-9)
    assert margin >= markup * (1 - 1e-12)


@pytest.mark.parametrize("text", ["0:00", "00:00", "7:30", "23:59", "24:00"])
def test_a_night_begins_on_the_clock(text: str) -> None:
    assert TimeBand(kind="7x24", night=(text, "12:34")).night[0] == text


@pytest.mark.parametrize("text", ["", "7", "7:5", "24:01", "25:00", "12:60", "-1:00", "07:30:00", "007:30"])
def test_a_night_off_the_clock_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"^night: found .*give two times of day"):
        TimeBand(kind="7x24", night=(text, "12:34"))


# ── anything at all ───────────────────────────────────────────────────────────────────────────────

NASTY = [-1, 0, 1e12, float("nan"), "", "x", "12 USD", True, [], [-1.0], {}, {"x": 1}]
NASTY += [dt.date(2027, 1, 31), dt.time(6, 0), {"value": 1, "kind": "measured"}]


def places(content: Any, path: str = "") -> list[str]:
    """Return the path of every value and table of a file."""
    inside = content.items() if isinstance(content, dict) else enumerate(content)
    found = [f"{path}__{key}".lstrip("_") for key, _ in inside]
    inner = content.items() if isinstance(content, dict) else enumerate(content)
    deeper = [
        places(value, f"{path}__{key}".lstrip("_")) for key, value in inner if isinstance(value, dict | list)
    ]
    return found + [place for some in deeper for place in some]


@pytest.mark.parametrize("content", [INBOUND, OUTBOUND], ids=["inbound", "outbound"])
@pytest.mark.parametrize("value", NASTY, ids=repr)
def test_whatever_stands_in_a_file_is_taken_or_refused_in_one_line(
    content: dict[str, Any], value: Any
) -> None:
    refused = []
    for place in places(content):
        try:
            read(content, **{place: value})
        except Refused as fault:
            refused.append(fault)
    assert refused
    for fault in refused:
        assert fault.where.startswith("quote.toml")
        assert fault.found
        assert fault.do
        assert len(str(fault)) < 500
