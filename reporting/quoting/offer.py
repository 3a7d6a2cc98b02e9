"""The offer that a client reads: what is offered, its price, seats and hours, and what they rest on."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from reporting.quoting import offer_tables as tables_of
from reporting.quoting.offer_page import Form, render
from reporting.quoting.offer_parts import Block, Facts, Gap, Material, Paper, Paragraph, offer_words, percent
from reporting.quoting.offer_terms import goals, heads, hours, term, what_a_call_is

if TYPE_CHECKING:
    import pandas as pd


def render_offer(
    terms: Mapping[str, Any],
    tables: Mapping[str, "pd.DataFrame"],
    *,
    language: str = "en",
    form: Form = "html",
    valid_until: date | None = None,
) -> str:
    """Return a quote as an offer to the client: a print-ready HTML page that needs nothing else, or Markdown.

    `terms` are those of the quote as a mapping (`Terms.model_dump()`). `tables` are `months` (QUOTE_MONTHS),
    `prices` (QUOTE_PRICES) and `assumptions` (QUOTE_ASSUMPTIONS), and where there are any `requirement`
    (QUOTE_REQUIREMENT), `workload` (QUOTE_WORKLOAD), `figures` (QUOTE_FIGURES) and `ladder` (SERVICE_LADDER).
    No cost, margin, markup or wage is taken from them. What is left open is listed as still to be agreed. The
    same input gives the same text.
    """
    m = Material(terms, tables, offer_words(language))
    return render(offer_paper(m, valid_until), form)


def offer_paper(m: Material, valid_until: date | None) -> Paper:
    """Lay out an offer, part by part."""
    parts = [m.part("offered", _offered(m)), m.part("price", _price(m)), m.part("sla", _sla(m))]
    parts.append(
        m.part(
            "seats",
            [Paragraph(m.say("seats")), *tables_of.steps_to_agents(m), tables_of.months(m, _of_months(m))],
        )
    )
    parts.append(m.part("term", [Facts(term(m))]))
    if "ladder" in m.tables:
        parts.append(m.part("ladder", [Paragraph(m.say("ladder")), tables_of.ladder(m)]))
    if tables_of.has_pattern(m):
        parts.append(m.part("traffic", [Paragraph(m.say("traffic")), *tables_of.typical_week(m)]))
    rests_on: list[Block] = [Paragraph(m.say("marked")), tables_of.assumptions(m), *tables_of.known(m)]
    parts.append(m.part("assumptions", rests_on))
    parts.append(m.part("validity", [_validity(m, valid_until)]))
    return Paper(m.words, m.words.say("page", "offer", name=m.terms["name"]), heads(m), parts)


def _offered(m: Material) -> list[Block]:
    terms, texts = m.terms, m.words.texts
    band = terms["time_band"]["kind"]
    facts = [
        (m.label("kind"), terms["service_type"]["kind"]),
        (m.label("way"), texts["ways"][terms["direction"]["way"]]),
        (m.label("scope"), m.joined(terms["service_type"]["scope"])),
        (m.label("band"), texts["bands"][band]),
        (m.label("hours"), m.joined([f"{days} {open_}" for days, open_ in hours(m)])),
        (m.label("goals"), m.joined(goals(m))),
        (m.label("systems"), m.joined(terms["integration"]["systems"])),
        (m.label("skills"), m.joined(terms["other"]["skills"])),
        (m.label("languages"), m.joined(terms["other"]["languages"])),
    ]
    gaps = [] if terms["service_type"]["scope"] else [m.gap("scope", alone=False)]
    return [Facts([(name, what) for name, what in facts if what]), *gaps]


def _price(m: Material) -> list[Block]:
    price, currency = m.terms["price"], m.terms["currency"]
    methods = dict.fromkeys(billing["method"] for billing in m.terms["billing"])
    texts = [m.words.texts["methods"][method] for method in methods]
    blocks: list[Block] = [Paragraph(m.say("currency", currency=currency))]
    blocks.append(Paragraph(m.say("choose" if len(m.terms["billing"]) > 1 else "choose_one")))
    blocks.append(what_a_call_is(m))
    if price["discount"]:
        blocks.append(Paragraph(m.say("discount", share=percent(price["discount"]))))
    if m.terms["cost"]["tax"]:
        blocks.append(Paragraph(m.say("tax", share=percent(m.terms["cost"]["tax"]))))
    blocks += [tables_of.rates(m), Facts([(text["name"], text["says"]) for text in texts])]
    blocks += [tables_of.add_ons(m)] if price["add_ons"] else []
    return [*blocks, tables_of.fees(m), Paragraph(m.say("rounded"))]


def _of_months(m: Material) -> dict[str, str]:
    """Return what an offer tells of each month: what is charged, and what it takes."""
    calls = ["calls", "handled"] if m.terms["direction"]["way"] == "inbound" else ["calls"]
    paid = ["paid_h"] if any(billing["method"] == "hourly" for billing in m.terms["billing"]) else []
    return {**dict.fromkeys([*calls, "aht_s", "agents", "seats", "agent_h", *paid], "count"), "fte": "mean"}


def _sla(m: Material) -> list[Block]:
    if m.terms["sla"] is None:
        return [Paragraph(m.say("no_sla"))]
    return [tables_of.steps(m), Paragraph(m.say("cap", share=percent(m.terms["sla"]["cap"])))]


def _validity(m: Material, valid_until: date | None) -> Paragraph | Gap:
    return m.gap("valid_until") if valid_until is None else Paragraph(m.say("valid", date=valid_until))
