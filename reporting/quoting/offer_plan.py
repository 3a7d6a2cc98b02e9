"""The service plan (服务计划书): how the service is done, in the order in which the trade writes it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reporting.quoting import offer_tables as tables_of
from reporting.quoting.offer_page import Form, render
from reporting.quoting.offer_parts import (
    Block,
    Facts,
    Material,
    Paper,
    Paragraph,
    Part,
    Points,
    number,
    offer_words,
    percent,
)
from reporting.quoting.offer_terms import goals, heads, hours_listing, traffic, what_a_call_is

if TYPE_CHECKING:
    import pandas as pd


def render_service_plan(
    terms: Mapping[str, Any],
    tables: Mapping[str, "pd.DataFrame"],
    *,
    language: str = "en",
    form: Form = "html",
) -> str:
    """Return the service plan of a quote: a print-ready HTML page that needs nothing else, or Markdown.

    `terms` and `tables` are those of `render_offer`; `prices` and `ladder` are not used. A part whose text
    the terms lack says that it is to be agreed, and is listed at the top.
    """
    return render(plan_paper(Material(terms, tables, offer_words(language))), form)


def plan_paper(m: Material) -> Paper:
    """Lay out a service plan, part by part."""
    terms = m.terms
    process = terms["service_type"]["process"]
    parts = [
        m.part("level", [Points(goals(m))]),
        m.part("process", [_points(m, "process", process, numbered=True)]),
        m.part("scope", _scope(m)),
        m.part("estimate", _estimate(m)),
        m.part("access", _access(m)),
        m.part("transfer", [_text(m, "transfer", terms["integration"]["transfer"])]),
        m.part("retention", [_retention(m)]),
        m.part("agents", _agents(m)),
        m.part("training", _training(m)),
        m.part("hours", [Paragraph(m.words.texts["bands"][terms["time_band"]["kind"]]), hours_listing(m)]),
    ]
    if terms["direction"]["way"] == "outbound":
        parts += _outbound(m)
    return Paper(m.words, m.words.say("page", "plan", name=terms["name"]), heads(m), parts)


def _scope(m: Material) -> list[Block]:
    service = m.terms["service_type"]
    facts = [
        (m.label("kind"), service["kind"]),
        (m.label("way"), m.words.texts["ways"][m.terms["direction"]["way"]]),
    ]
    blocks: list[Block] = [Facts(facts)]
    for key in ("scope", "answering"):
        if service[key]:
            blocks += [Paragraph(m.say("list", name=m.label(key))), Points(service[key])]
        else:
            blocks.append(m.gap(key, alone=False))
    return blocks


def _estimate(m: Material) -> list[Block]:
    columns = {"calls": "count", "aht_s": "count"}
    blocks: list[Block] = [Facts(traffic(m)), what_a_call_is(m), *tables_of.known(m)]
    blocks += [*tables_of.steps_to_agents(m), tables_of.months(m, columns)]
    if tables_of.has_pattern(m):
        blocks += [Paragraph(m.say("traffic")), *tables_of.typical_week(m)]
    return blocks


def _access(m: Material) -> list[Block]:
    given = m.terms["integration"]
    systems = [(m.label("systems"), m.joined(given["systems"]))] if given["systems"] else []
    return [Paragraph(given["access"]), *([Facts(systems)] if systems else [])]


def _retention(m: Material) -> Block:
    days = m.terms["integration"]["recording_retention_days"]
    if days is None:
        return m.gap("retention")
    return Paragraph(m.say("retention", days=days) if days else m.say("no_recordings"))


def _agents(m: Material) -> list[Block]:
    other = m.terms["other"]
    facts = [(m.label("skills"), m.joined(other["skills"]))]
    if other["languages"]:
        facts.append((m.label("languages"), m.joined(other["languages"])))
    if other["education"]:
        return [Facts([(m.label("education"), other["education"]), *facts])]
    return [Facts(facts), m.gap("education", alone=False)]


def _training(m: Material) -> list[Block]:
    other = m.terms["other"]
    blocks: list[Block] = [_points(m, "special_training", other["special_training"])]
    if other["special_training_h"]:
        blocks.append(Paragraph(m.say("training_h", hours=number(other["special_training_h"]))))
    return blocks


def _outbound(m: Material) -> list[Part]:
    funnel = m.terms["direction"]["outbound"]
    shares = {key: percent(funnel[key]) for key in ("reached", "introduced", "sales")}
    success: list[Block] = [
        Paragraph(m.say("sales", share=shares["sales"])),
        Paragraph(m.say("reached", reached=shares["reached"], introduced=shares["introduced"])),
        Facts([(m.label("target_sales"), m.say("target_sales", sales=number(funnel["target_sales"])))]),
    ]
    listed = [(m.label("list_size"), m.say("list_size", size=number(funnel["list_size"])))]
    listed += [(m.label("criteria"), funnel["criteria"])] if funnel["criteria"] else []
    gaps = [] if funnel["criteria"] else [m.gap("criteria", alone=False)]
    facts = [(m.label("attempts"), m.say("attempts", attempts=number(funnel["attempts_each"])))]
    return [
        m.part("success", success),
        m.part("list", [Facts(listed), *gaps]),
        m.part("calling", [_text(m, "calling", funnel["calling_method"]), Facts(facts)]),
    ]


def _text(m: Material, key: str, text: str) -> Block:
    return Paragraph(text) if text else m.gap(key)


def _points(m: Material, key: str, points: Sequence[str], *, numbered: bool = False) -> Block:
    return Points(points, numbered) if points else m.gap(key)
