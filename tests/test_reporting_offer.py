"""The offer and the service plan: both languages, both forms, no secret of ours, no markup of others."""

import copy
import datetime as dt
import html
import re
import string
import tomllib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from markdown_it import MarkdownIt

from callplan.errors import Refused
from callplan.tables import QUOTE_MONTHS, QUOTE_PRICES, QUOTE_REQUIREMENT, SERVICE_LADDER, check
from quoting import DEMO_OUTBOUND, DEMO_QUOTE, Quote, Terms, quote
from quoting.assumptions import assumptions
from quoting.sizing.effects import _STEPS
from quoting.terms.money import Risk
from reporting.languages import LANGUAGES
from reporting.management.parts import Listing
from reporting.quoting import offer_parts, render_offer, render_service_plan
from reporting.quoting.offer import offer_paper
from reporting.quoting.offer_parts import Material, Paper, offer_words
from reporting.quoting.offer_plan import plan_paper

PAPERS: dict[str, Callable[..., str]] = {"offer": render_offer, "plan": render_service_plan}
EVERY = [(name, code, form) for name in PAPERS for code in LANGUAGES for form in ("html", "md")]
HOSTILE = "<script>alert(1)</script> [x](http://a.b) | `c` *d* & \n# e"
METHODS: list[dict[str, Any]] = [
    {"method": "per_seat_month", "minimum": 20},
    {"method": "base_plus_overage", "base": 30_000, "included": 25_000},
    {"method": "per_call", "base": 1_500},
    {"method": "per_call_minimum", "minimum": 41_000},
    {"method": "commission", "success": 0.045},
    {"method": "seat_rental"},
    {"method": "hourly"},
    {"method": "fte_month"},
    {"method": "project"},
    {"method": "productive_hour"},
    {"method": "handling_minute"},
    {"method": "dead_band", "baseline": 52_000, "band": 0.1, "additional": 1.15},
    {"method": "minimum_volume", "minimum": 46_000},
]


def content(**changes: Any) -> dict[str, Any]:
    """Return the content of a quote.toml; what we keep to ourselves is a number found nowhere else."""
    return {
        "name": "Hotline 2027",
        "client": "Nordbank AG",
        "by": "Callwerk GmbH",
        "date": dt.date(2026, 10, 5),
        "currency": "EUR",
        "direction": {"way": "inbound"},
        "service_type": {
            "kind": "customer service",
            "process": ["Greet and identify", "Solve or pass on", "Write the case down"],
            "scope": ["accounts", "cards"],
            "answering": ["in the caller's language"],
        },
        "term": {"kind": "long", "start": dt.date(2027, 1, 1), "months": 3},
        "time_band": {
            "kind": "office",
            "hours": {"mon-fri": "08:00-18:00", "sat": "09:00-13:00"},
            "holidays_a_year": 11,
        },
        "integration": {
            "systems": ["CRM"],
            "access": "An 0800 number, forwarded",
            "transfer": "Warm, to the branch",
            "recording_retention_days": 90,
        },
        "traffic": {
            "calls": {
                "value": 2000, "kind": "client_estimate", "who": "Nordbank", "source": "tender, page 4",
                "date": dt.date(2026, 9, 1),
            },
            "per": "day",
            "within": "open_hours",
            "aht_s": {
                "value": 240, "kind": "our_forecast", "who": "planning", "source": "ledger",
                "date": dt.date(2026, 9, 14),
            },
            "profile": [0.0] * 8 + [0.1] * 10 + [0.0] * 6,
            "growth_a_year": 0.04,
            "patience_s": 180,
        },
        "standard": {"service_level": 0.8, "within_s": 20, "abandoned": 0.05},
        "other": {
            "skills": ["banking"],
            "languages": ["German", "English"],
            "education": "Vocational training in banking",
            "special_training": ["Anti-fraud"],
            "special_training_h": 12,
        },
        "staff": {
            "shrinkage": 0.3177, "full_time_h": 40, "attrition": 0.2788, "attrition_per": "year",
            "leader_span": 12,
        },
        "cost": {
            "wages": [{"skill": "banking", "share": 1.0, "per_h": 23.4567}],
            "burden": 0.2166,
            "seat_per_month": 187.65,
            "setup": 76_543.0,
            "contingency": 0.0321,
            "tax": 0.19,
        },
        "price": {
            "basis": "margin",
            "rate": 0.1789,
            "floor": 0.0911,
            "discount": 0.025,
            "add_ons": [{"name": "Monthly workshop", "amount": 480.0, "per": "month"}],
        },
        "billing": METHODS,
        "sla": {
            "credits": [{"below": 0.75, "share": 0.05}], "bonuses": [{"above": 0.9, "share": 0.02}],
            "cap": 0.1,
        },
        "in_house": {"wage_per_h": 31.4159, "shrinkage": 0.3555},
        **changes,
    }  # fmt: skip


def quoted(**changes: Any) -> Terms:
    return Terms.from_dict(content(**changes), "quote.toml")


def write(render: Callable[..., str], terms: Terms, **options: Any) -> str:
    return render(terms.model_dump(), tables(terms), **options)


def tables(terms: Terms) -> dict[str, pd.DataFrame]:
    """Return tables as a quote has them; columns that no client may see hold numbers found nowhere else."""
    n = np.arange(1, len(terms.billing) + 1)
    prices = pd.DataFrame({"n": n, "method": [one.method for one in terms.billing]})
    prices = prices.assign(rate_unit="unit", rate=1_000.5 + n, rate_is="solved", revenue=900_000.25 + n)
    prices = prices.assign(
        cost=717_171.71, profit=182_828.54, margin=0.2031, markup=0.2549, discounted_rate=975.25 + n
    )
    prices = prices.assign(after_discount=877_500.5 + n, profit_after=160_328.79, margin_after=0.1827)
    prices = prices.assign(markup_after=0.2236, floor=789_789.78, above_floor="yes", add_ons=1_440.0)
    prices = prices.assign(
        tax=166_998.7 + n, with_tax=1_045_939.2 + 2 * n, what="a margin of 17.9% on 717,171.71"
    )
    months = pd.DataFrame({"start": pd.to_datetime(["2027-01-01", "2027-02-01", "2027-03-01"])})
    months = months.assign(
        calls=[51_100.0, 51_267.0, 51_435.0], handled=50_000.0, aht_s=240.0, agents=17, seats=19
    )
    months = months.assign(
        agent_h=[4_411.0, 4_420.5, 4_433.0], paid_h=6_464.64, fte=[39.5, 39.6, 39.7], heads=40.404
    )
    months = months.assign(
        leavers=0.9292, hires=1.3131, training_h=52.525, ramp_lost_h=18.181, leaders=4, support=0
    )
    months = months.assign(begins_anew=[1, 0, 0], class_begins=months["start"] - pd.Timedelta(days=13))
    months = months.assign(night_share=0.0, weekend_share=0.0777, holiday_share=11 / 365)
    weekday, minute = (
        part.ravel() for part in np.meshgrid(np.arange(6), np.arange(480, 1080, 30), indexing="ij")
    )
    week = pd.DataFrame({"weekday": weekday, "minute": minute, "minutes": 30})
    week["calls"] = 60 + 40 * np.sin(minute / 120) + 10.0 * (weekday == 0)
    week = week.assign(aht_s=240.0, load=13.0, agents=(week["calls"] // 6).astype(int), second_tier=0)
    week = week.assign(service_level=0.84, asa_s=9.0, occupancy=0.8, abandoned=0.02, set_by="service level")
    ladder = pd.DataFrame(
        {"rung": [1, 2], "goal": ["80/20", "98/15"], "convention": "offered", "agents": [17, 21]}
    )
    ladder = ladder.assign(
        seats=[19, 23], agent_h=[4_420.0, 5_010.0], fte=[39.5, 46.0], cost=[717_171.71, 828_282.82]
    )
    ladder = ladder.assign(price=[900_000.25, 1_021_000.5], per_call=[5.85, 6.64], more=[0.0, 121_000.25])
    ladder["more_share"] = [0.0, 0.1344]
    figures = pd.DataFrame({"n": [1, 2, 3], "item": ["calls_a_week", "calls_a_week", "doubt"]})
    figures = figures.assign(
        kind=["client_estimate", "our_forecast", "our_forecast"], value=[11_000.0, 11_789.0, 0.0654]
    )
    figures = figures.assign(
        used=["no", "yes", "yes"], who=["Nordbank", None, None], source=[None, "history.csv", None]
    )
    figures["date"] = [None, "2026-09-30", None]
    listed = assumptions(terms)
    return {
        "months": months,
        "prices": prices,
        "requirement": week,
        "ladder": ladder,
        "assumptions": listed,
        "figures": figures,
    }


OUTBOUND = {
    "direction": {
        "way": "outbound",
        "outbound": {
            "list_size": 40_000, "criteria": "customers of three years", "calling_method": "preview, by hand",
            "attempts_each": 2.5, "reached": 0.3, "introduced": 0.6, "sales": 0.08,
            "attempt_s": 40, "talk_s": 180, "target_sales": 500,
        },
    },
    "traffic": {"doubt": 0.12},
    "standard": {"occupancy": 0.85},
    "sla": None,
}  # fmt: skip


class Reader(HTMLParser):
    """Reads a page: its text, its ids and tags, whatever it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.ids, self.loads, self.tags = "", [], [], []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        self.ids += [named["id"]] if "id" in named else []
        self.loads += [named[key] for key in ("src", "href") if key in named]

    def handle_data(self, data: str) -> None:
        self.text += data


def paper(name: str, code: str, terms: Terms) -> Paper:
    m = Material(terms.model_dump(), tables(terms), offer_words(code))
    return offer_paper(m, dt.date(2026, 12, 31)) if name == "offer" else plan_paper(m)


def leaves(texts: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(texts, dict):
        return {path: texts}
    return {key: leaf for name, part in texts.items() for key, leaf in leaves(part, f"{path}/{name}").items()}


@pytest.fixture(scope="module")
def written() -> dict[tuple[str, str, str], str]:
    terms = quoted()
    return {
        (name, code, form): write(PAPERS[name], terms, language=code, form=form) for name, code, form in EVERY
    }


def test_the_tables_of_these_tests_are_those_of_a_quote() -> None:
    made = tables(quoted())
    for name, schema in (
        ("months", QUOTE_MONTHS),
        ("prices", QUOTE_PRICES),
        ("requirement", QUOTE_REQUIREMENT),
    ):
        check(made[name], schema)
    check(made["ladder"], SERVICE_LADDER)


def test_both_languages_have_the_same_texts_with_the_same_places() -> None:
    english, chinese = (leaves(dict(offer_words(code).texts)) for code in LANGUAGES)
    assert set(english) == set(chinese)
    for key, text in english.items():
        if key.startswith("/dates") or not isinstance(text, str):
            continue
        places = [
            {name for _, name, _, _ in string.Formatter().parse(said) if name}
            for said in (text, chinese[key])
        ]
        assert places[0] == places[1], key
        assert text.strip(), key


def test_every_text_of_our_own_in_chinese_is_chinese() -> None:
    own = Path(offer_parts.__file__).parent / "languages" / "zh.toml"
    texts = leaves(tomllib.loads(own.read_text(encoding="utf-8")))
    signs = {"/page/join", "/page/no_condition", "/say/marked_as", "/say/list", "/headings/fte"}
    foreign = {key for key, text in texts.items() if not re.search("[一-鿿]", text)}
    assert foreign <= signs


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("changes", [{}, OUTBOUND], ids=["inbound", "outbound"])
def test_numbers_are_the_same_in_both_languages(name: str, changes: dict[str, Any]) -> None:
    english, chinese = (paper(name, code, quoted(**changes)) for code in LANGUAGES)
    assert len(english.parts) == len(chinese.parts)
    shown = 0
    for one, other in zip(english.parts, chinese.parts, strict=True):
        assert one.key == other.key
        for block, twin in zip(one.blocks, other.blocks, strict=True):
            assert type(block) is type(twin)
            if isinstance(block, Listing) and isinstance(twin, Listing):
                rows = [[cell for cell in row if not isinstance(cell, str)] for row in block.rows]
                assert rows == [[cell for cell in row if not isinstance(cell, str)] for row in twin.rows]
                shown += sum(map(len, rows))
    assert shown >= 9


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("form", ["html", "md"])
def test_every_number_that_is_written_is_the_same_in_both_languages(
    name: str, form: str, written: dict[tuple[str, str, str], str]
) -> None:
    found = []
    for code in LANGUAGES:
        text = re.sub(r"<(svg|style).*?</\1>|<[^>]+>", " ", written[name, code, form], flags=re.DOTALL)
        text = html.unescape(text)
        # A date is written as its language does, here with the same sign.
        text = re.sub(
            r"\d+ [A-Z][a-z]{2} 20\d\d|20\d\d年\d+月\d+日|[A-Z][a-z]{2} 20\d\d|20\d\d年\d+月", "DATE", text
        )
        found.append(sorted(re.findall(r"\d[\d,.:]*\d|\d|DATE", text)))
    assert found[0] == found[1]
    assert len(found[0]) > 60


@pytest.mark.parametrize(("name", "code", "form"), EVERY)
def test_nothing_that_we_keep_to_ourselves_moves_the_clients_page(
    name: str, code: str, form: str, written: dict[tuple[str, str, str], str]
) -> None:
    """Every cost, wage, margin, markup and risk is changed, and not a letter of the page is another."""
    made = tables(quoted())
    terms = copy.deepcopy(quoted().model_dump())
    for key in ("cost", "staff", "price"):
        kept = {"cost": {"tax"}, "price": {"discount", "add_ons"}, "staff": set()}[key]
        terms[key] = {name: terms[key][name] for name in kept}
    for key in ("in_house", "risk", "changes"):
        del terms[key]
    secret = {
        "cost",
        "profit",
        "margin",
        "markup",
        "profit_after",
        "margin_after",
        "markup_after",
        "floor",
        "above_floor",
        "what",
    }
    people = {
        "heads", "begins_anew", "leavers", "hires", "class_begins", "training_h", "ramp_lost_h", "leaders",
        "support",
    }  # fmt: skip
    made["prices"] = made["prices"].drop(columns=list(secret))
    made["months"] = made["months"].drop(columns=list(people))
    made["ladder"] = made["ladder"].drop(columns="cost")
    ours = made["assumptions"]["group"].isin(["cost", "staff", "price", "in_house", "risk"])
    made["assumptions"] = made["assumptions"][~ours]
    assert PAPERS[name](terms, made, language=code, form=form) == written[name, code, form]


SECRETS = (
    "23.4567", "23.46", "31.4159", "31.42", "0.2166", "21.7%", "21.66%", "187.65", "76,543", "0.0321", "3.2%",
    "3.21%", "0.1789", "17.9%", "17.89%", "0.0911", "9.1%", "9.11%", "717,171", "182,828", "20.3%", "20.31%",
    "25.5%", "25.49%", "160,328", "18.3%", "18.27%", "22.4%", "22.36%", "789,789", "828,282",
    "31.77%", "31.8%", "27.88%", "27.9%", "35.55%", "1.3131", "52.5", "18.2",
)  # fmt: skip
WORDS = (
    r"\b(costs?|margins?|mark-?ups?|wages?|profits?|burden|salary|floor)\b|成本|利润|毛利|加成|加价|工资|薪"
)


@pytest.mark.parametrize(("name", "code", "form"), EVERY)
def test_no_cost_margin_markup_or_wage_is_written(
    name: str, code: str, form: str, written: dict[tuple[str, str, str], str]
) -> None:
    text = re.sub(r"<(svg|style).*?</\1>", "", written[name, code, form], flags=re.DOTALL)
    assert [secret for secret in SECRETS if re.search(rf"(?<![\d,.]){re.escape(secret)}", text)] == []
    assert re.findall(WORDS, text, flags=re.IGNORECASE) == []


def test_the_search_for_secrets_finds_them() -> None:
    """A witness of the test above: each number is one that these terms and tables hold."""
    terms, made = quoted(), tables(quoted())
    numbers = [leaf for leaf in leaves(jsonable(terms.model_dump())).values() if isinstance(leaf, float)]
    numbers += [
        float(value)
        for name in ("prices", "months", "ladder")
        for value in made[name].select_dtypes("number").to_numpy().ravel()
    ]
    forms = {form for n in numbers for form in (f"{n:,.2f}", f"{n:g}", f"{n:.1%}", f"{n:.2%}", f"{n:,.1f}")}
    for secret in SECRETS:
        assert any(form.startswith(secret) for form in forms), secret


def jsonable(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return {str(n): jsonable(item) for n, item in enumerate(value)}
    return {key: jsonable(item) for key, item in value.items()} if isinstance(value, dict) else value


def test_prices_are_those_of_the_table_in_the_quotes_currency(
    written: dict[tuple[str, str, str], str],
) -> None:
    text = written["offer", "en", "md"]
    assert (
        "| (1) Per seat and month | 1,001.50 | 976.25 | seat and month | at least 20 seats a month |" in text
    )
    assert (
        "| (1) Per seat and month | 900,001.25 | 877,501.50 | 1,440.00 | 166,999.70 | 1,045,941.20 |" in text
    )
    assert "at least EUR 41,000.00 a month" in text
    assert (
        "baseline of 52,000 calls a month, band of 10% above and below, EUR 1.15 for each call above the band"
        in text
    )
    assert "A discount of 2.5% is taken off the whole fee" in text
    assert "Tax of 19% is shown apart" in text
    assert "| below 75% | credit of 5% |" in text
    assert "| above 90% | bonus of 2% |" in text
    assert "| Monthly workshop | 480.00 | month |" in text
    assert "| 98/15 | 23 | 5,010 | 1,021,000.50 | 6.64 | 121,000.25 | +13.4% |" in text
    assert "| Jan 2027 | 51,100 | 50,000 | 240 | 17 | 19 | 4,411 | 6,465 | 39.5 |" in text


def test_an_offer_without_discount_tax_and_credits_has_none_of_their_columns() -> None:
    bare = content()
    price = {key: bare["price"][key] for key in ("basis", "rate")}
    cost = {key: bare["cost"][key] for key in ("wages",)}
    terms = quoted(price=price, cost=cost, sla=None, billing=METHODS[:1])
    text = write(render_offer, terms, form="md")
    assert "| Per seat and month | 1,001.50 | seat and month |" in text
    assert "| Per seat and month | 900,001.25 |\n" in text
    # Hours paid are told only to a client who is charged by them.
    assert "6,465" not in text
    assert not re.search("discount of|Tax|Further fees|Choose", text)
    assert "Credits and bonus are not part of this offer." in text


def test_each_figure_is_marked_as_what_it_is(written: dict[tuple[str, str, str], str]) -> None:
    text = written["offer", "en", "md"]
    said = "client's estimate | Nordbank, tender, page 4 | 1 Sep 2026 |"
    assert f"| Calls expected | 2,000 calls a day, in the hours of service | {said}" in text
    assert "| Average handling time (AHT) | 240 s | our forecast | planning, ledger | 14 Sep 2026 |" in text
    assert "| Growth a year | 4% | assumption | Callwerk GmbH | 5 Oct 2026 |" in text
    assert (
        "| 预计话务量 | 每天 2,000 通，服务时间内 | 客户估计 | Nordbank、tender, page 4 | 2026年9月1日 |"
        in written["offer", "zh", "md"]
    )


@pytest.mark.parametrize("name", PAPERS)
def test_an_estimate_and_a_forecast_stand_apart(name: str, written: dict[tuple[str, str, str], str]) -> None:
    text = written[name, "en", "md"]
    assert "| Calls a week | 11,000 | client's estimate | for comparison | Nordbank | – |" in text
    assert (
        "| Calls a week | 11,789 | our forecast | this offer rests on it | history.csv | 30 Sep 2026 |"
        in text
    )
    assert not re.search("doubt|6.54|0.065", text)


def test_what_is_said_of_a_table_is_said_of_its_figures() -> None:
    said = {"kind": "contract", "who": "Nordbank", "source": "annex B", "date": dt.date(2026, 8, 3)}
    traffic = {**content()["traffic"], "said": said}
    text = write(render_offer, quoted(traffic=traffic), form="md")
    assert "| Growth a year | 4% | contract | Nordbank, annex B | 3 Aug 2026 |" in text
    assert "client's estimate" in text


ORDER = [
    "level",
    "process",
    "scope",
    "estimate",
    "access",
    "transfer",
    "retention",
    "agents",
    "training",
    "hours",
]


def test_the_service_plan_has_its_sections_in_order() -> None:
    found = paper("plan", "zh", quoted())
    assert [part.key for part in found.parts] == ORDER
    assert found.title.startswith("服务计划书")
    assert [part.title for part in found.parts][:3] == ["服务水平", "服务流程", "应答范围与标准"]
    assert [part.key for part in paper("plan", "en", quoted(**OUTBOUND)).parts] == [
        *ORDER,
        "success",
        "list",
        "calling",
    ]


@pytest.mark.parametrize("render", PAPERS.values(), ids=PAPERS)
def test_an_outbound_quote_has_no_pattern_of_calls(render: Callable[..., str]) -> None:
    text = write(render, quoted(**OUTBOUND))
    assert "<svg" not in text
    said = "with all calls to it, counts as one call" if render is render_offer else "calls made to the list"
    assert said in text


def test_the_plan_of_an_outbound_quote_says_whom_it_calls_and_how() -> None:
    text = write(render_service_plan, quoted(**OUTBOUND), form="md")
    for said in (
        "8% of those",
        "500 a month",
        "40,000 records",
        "customers of three years",
        "preview, by hand",
        "2.5 on average",
    ):
        assert said in text


def test_what_the_terms_lack_is_said_and_listed() -> None:
    integration = {"access": "0800"}
    terms = quoted(service_type={"kind": "hotline"}, integration=integration, other={"skills": ["any"]})
    text = write(render_service_plan, terms, form="md")
    gaps = [
        "Service process",
        "Answering scope",
        "Answering standards",
        "Transfer",
        "Recording retention",
        "Education",
        "Special training",
    ]
    listed = text.partition("**Still to be agreed**")[2].partition("##")[0]
    assert re.findall("- (.*)", listed) == gaps
    assert text.count("o be agreed.") == len(gaps)
    assert "To be agreed" not in write(render_service_plan, quoted(), form="md")
    # An offer that nobody limited in time says so.
    assert "尚待商定**\n\n- 有效期至" in write(render_offer, quoted(), language="zh", form="md")
    until = write(render_offer, quoted(), form="md", valid_until=dt.date(2026, 12, 31))
    assert "This offer is valid until 31 Dec 2026." in until
    assert "agreed**" not in until


def test_recordings_that_are_not_kept_are_no_gap() -> None:
    terms = quoted(integration={**content()["integration"], "recording_retention_days": 0})
    assert "No recordings are kept." in write(render_service_plan, terms, form="md")


def test_the_goals_of_a_preset_are_written_and_never_left_out() -> None:
    terms = quoted(standard={"preset": "world_class", "within_s": 15})
    text = write(render_service_plan, terms, form="md")
    assert "98% of calls answered within 15 s" in text
    assert "average speed of answer (ASA) at most 15 s" in text
    assert "at most 2% of calls abandoned" in text
    assert "| Service level | 98% | assumption | preset world\\_class | – |" in write(
        render_offer, terms, form="md"
    )


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", PAPERS)
def test_a_page_needs_nothing_else(name: str, code: str, written: dict[tuple[str, str, str], str]) -> None:
    text = written[name, code, "html"]
    reader = Reader(text)
    assert reader.loads == []
    assert "http:" not in re.sub(r'xmlns[^=]*="[^"]*"', "", text)
    assert "@import" not in text
    assert len(reader.ids) == len(set(reader.ids))
    assert set(re.findall(r'xlink:href="#([^"]+)"', text)) <= set(reader.ids)
    assert reader.tags[0][1]["lang"] == {"en": "en", "zh": "zh-Hans"}[code]
    pictures = [named for tag, named in reader.tags if tag == "svg"]
    assert len(pictures) == 3
    assert all(named["role"] == "img" and len(named["aria-label"]) > 30 for named in pictures)
    assert "size: A4" in text


def hostile(value: Any) -> Any:
    """Put markup into every text of the user's."""
    kept = {
        "kind",
        "way",
        "per",
        "within",
        "method",
        "convention",
        "basis",
        "currency",
        "attrition_per",
        "profile",
    }
    if isinstance(value, dict):
        return {key: item if key in kept else hostile(item) for key, item in value.items()}
    if isinstance(value, list):
        return [hostile(item) for item in value]
    return HOSTILE if isinstance(value, str) else value


@pytest.fixture(scope="module")
def attacked() -> Terms:
    given = content()
    names = ("service_type", "integration", "other", "price", "traffic")
    changes = {name: hostile(given[name]) for name in names}
    changes["service_type"]["kind"] = HOSTILE
    return quoted(name=HOSTILE, client=HOSTILE, by=HOSTILE, **changes)


@pytest.mark.parametrize("render", PAPERS.values(), ids=PAPERS)
def test_texts_of_users_are_text_on_a_page(render: Callable[..., str], attacked: Terms) -> None:
    text = write(render, attacked)
    reader = Reader(text)
    assert not [tag for tag, _ in reader.tags if tag in ("script", "a", "img", "iframe", "code", "em")]
    assert reader.loads == []
    assert text.count(html.escape("<script>alert(1)</script>")) > 8


@pytest.mark.parametrize("render", PAPERS.values(), ids=PAPERS)
def test_texts_of_users_are_text_in_markdown(render: Callable[..., str], attacked: Terms) -> None:
    """Read by a parser of CommonMark with the tables of GitHub: each text comes out as it went in."""
    text = write(render, attacked, form="md")
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    inside = [child for token in tokens for child in token.children or []]
    assert not [
        token
        for token in tokens + inside
        if token.type in ("html_block", "html_inline", "link_open", "code_inline", "fence")
    ]
    assert parser.render(text).count(html.escape(" ".join(HOSTILE.split()))) > 8
    assert max(int(token.tag[1]) for token in tokens if token.type == "heading_open") == 2
    headings = sum(token.type == "heading_open" for token in tokens)
    assert headings == 1 + text.count("\n## ")
    # Rows of a table have as many cells as its head.
    rows = re.findall(r"<tr>(.*?)</tr>", parser.render(text), flags=re.DOTALL)
    assert len(rows) > 20
    assert all(row.count("<t") > 1 for row in rows)


@pytest.mark.parametrize(
    "text", ["- a", "+ b", "1. c", "12) d", "# e", "> f", "---", "===", "| g", "* h", "    i", "`j`", "~~k~~"]
)
def test_a_line_of_markdown_begins_no_block(text: str) -> None:
    terms = quoted(integration={"access": text})
    rendered = (
        MarkdownIt("commonmark")
        .enable(["table", "strikethrough"])
        .render(write(render_service_plan, terms, form="md"))
    )
    assert f"<p>{html.escape(text.strip())}</p>" in rendered


def test_the_same_quote_is_the_same_bytes(written: dict[tuple[str, str, str], str]) -> None:
    terms = quoted()
    for (name, code, form), text in written.items():
        assert write(PAPERS[name], terms, language=code, form=form) == text


def test_unknown_languages_and_forms_are_refused() -> None:
    with pytest.raises(Refused, match="language"):
        write(render_offer, quoted(), language="de")
    with pytest.raises(Refused, match="form"):
        write(render_offer, quoted(), form="pdf")  # type: ignore[arg-type]


def test_a_history_is_named_in_the_place_of_an_estimate() -> None:
    terms = quoted(traffic={"history": "calls.csv", "zone": "Europe/Paris", "patience_s": 180})
    plan = write(render_service_plan, terms, form="md")
    assert "- **Volume**: 11,789 calls a week: our forecast from the history supplied" in plan
    text = write(render_offer, terms, form="md")
    assert "| History of calls | calls.csv |" in text
    assert "Calls expected" not in text


def test_what_a_history_has_taken_the_place_of_is_for_comparison() -> None:
    history = {"history": "calls.csv", "zone": "Europe/Paris", "busy_hour_factor": 0.12}
    terms = quoted(traffic={**content()["traffic"], **history})
    made = tables(terms)
    seen = {"n": 4, "item": "busy_hour_factor", "kind": "measured", "value": 0.1032, "used": "no"}
    made["figures"] = pd.concat([made["figures"], pd.DataFrame([seen])])
    offer, plan = (render(terms.model_dump(), made, form="md") for render in PAPERS.values())
    beside = "client's estimate, for comparison | Nordbank, tender, page 4"
    assert f"| Calls expected | 2,000 calls a day, in the hours of service | {beside}" in offer
    assert "| Pattern of a day | 24 shares of a day, as given | assumption, for comparison |" in offer
    assert "| Average handling time (AHT) | 240 s | our forecast |" in offer
    busy = "10.3% of a day's calls (measured), 12% of a day's calls (assumption, for comparison)"
    assert f"- **Busiest hour**: {busy}" in plan


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("code", LANGUAGES)
def test_what_a_call_is_and_how_many_reach_agents_is_said(name: str, code: str) -> None:
    escalation = {"transferred": 0.06, "transfer_aht_s": 240, "escalated": 0.1, "escalation_aht_s": 300}
    terms = quoted(traffic={**content()["traffic"], "workload": escalation})
    lines = ["calls as given, 11.3% outside the opening hours left out", "transfers: 6.0% are one more leg"]
    steps = {"step": [1, 2], "line": lines, "calls": [60_833.0, 64_483.0], "aht_s": [240.0, 240.5]}
    made = {**tables(terms), "workload": pd.DataFrame(steps)}
    text = PAPERS[name](terms.model_dump(), made, language=code, form="md")
    words = {
        "en": ("transferred counts as two", "second tier counts once", "Transferred calls counted twice"),
        "zh": ("转接的来电计为两通", "二线的来电只计一通", "转接的来电计两次"),
    }[code]
    for said in (*words, "11.3%", "| 60,833 |", "| 64,483 |"):
        assert said in text
    assert "IVR" not in text


def test_every_step_to_the_agents_has_its_words() -> None:
    names = {line.partition(":")[0] for line in _STEPS.values()} | {"calls as given", "calls by forecast"}
    assert set(offer_words("en").texts["workload"]) == names


def test_an_intermittent_overflow_round_the_clock_is_described() -> None:
    traffic = {**content()["traffic"], "peak_month": 12, "peak_month_factor": 1.4}
    term = {"kind": "intermittent", "start": dt.date(2027, 1, 1), "months": 12, "active_months": [11, 12]}
    band = {"kind": "overflow", "hours": {"mon-sun": "00:00-24:00"}, "above_calls": 40}
    terms = quoted(traffic=traffic, term=term, time_band=band)
    offer, plan = (write(render, terms, form="md") for render in PAPERS.values())
    assert "Nov, Dec" in offer
    assert "Mon to Sun 00:00–24:00" in offer
    assert "calls above 40 in 30 minutes" in plan
    assert "Dec, 1.4 times a mean month" in plan
    always = quoted(time_band={"kind": "7x24"})
    assert "| Mon to Sun | 00:00–24:00 |" in write(render_service_plan, always, form="md")


@pytest.fixture(scope="module", params=[DEMO_QUOTE, DEMO_OUTBOUND], ids=["inbound", "outbound"])
def found(request: pytest.FixtureRequest) -> Quote:
    terms = Terms.from_toml(request.param)
    return quote(terms.replace(risk=Risk(draws=100)))


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_quote_worked_out_is_an_offer_with_its_prices_and_without_its_costs(
    found: Quote, code: str
) -> None:
    made = found.tables()
    texts = {
        (name, form): render(found.terms.model_dump(), made, language=code, form=form)
        for name, render in PAPERS.items()
        for form in ("html", "md")
    }
    for row in found.prices.to_dict("records"):
        for column in ("rate", "revenue", "tax", "with_tax"):
            assert f" {row[column]:,.2f} |" in texts["offer", "md"]
            assert f">{row[column]:,.2f}<" in texts["offer", "html"]
    secret = [*found.costs["amount"], *found.prices[["cost", "profit", "profit_after"]].to_numpy().ravel()]
    secret += [found.costs["amount"].sum(), *found.costs["rate"]]
    secret += [] if found.ladder is None else found.ladder["cost"].tolist()
    # A small round number may stand there for something else.
    told = {f"{amount:,.2f}" for amount in secret if amount > 10 and amount != round(amount)}
    assert len(told) > 10
    for text in texts.values():
        said = re.sub(r"<(svg|style).*?</\1>", "", text, flags=re.DOTALL)
        assert set(re.findall(r"\d[\d,]*\.\d\d(?!\d)", said)) & told == set()
        assert re.findall(WORDS, said, flags=re.IGNORECASE) == []
