"""A report laid out in a language: which sections there are, and what each says. Nothing is computed."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from reporting.languages import Language, language
from reporting.management import goals, other
from reporting.management.figures import COMPUTED, TOGETHER, Figures, pattern
from reporting.management.parts import Block, Column, Document, Listing, Saying, Section

__all__ = ["Document", "management_document", "scorecard_document"]

_PASSED = ("query_types", "cases", "sources", "complaints")


def management_document(report: Any, code: str = "en") -> Document:
    """Lay out a management report (`planning.management.ManagementReport`) in a language, en or zh."""
    words = language(code)
    figures = Figures(report.figures, report.lacking, report.within_s, report.compliance, words)
    queues = [*report.queues, *([TOGETHER] if len(report.queues) > 1 else [])]
    span = {"first": report.period.first, "last": report.period.last, "zone": report.zone}
    sections = [_computed(key, figures, queues, report, words) for key in COMPUTED]
    sections += [_passed(key, report, words) for key in _PASSED]
    sections += _of_goals(report, queues, words)
    sections.append(_trend(report, queues, figures, words))
    if report.outbound is not None:
        sections.append(_section("outbound", {"": other.outbound(report.outbound, words)}, words))
        sections.append(_section("review", {"": other.review(report.outbound.review, words)}, words))
    return Document(
        language=code,
        title=words.say("page", "title", client=report.client),
        period=words.say("page", "period", **span),
        summary=_summary(report, figures, queues, words),
        notes=[_note(note, words) for note in report.notes],
        sections=sections,
        sheets=[_intervals(report, words)] if len(report.attainment) else [],
    )


def scorecard_document(
    table: pd.DataFrame, formulas: dict[str, str], by: str, most: float, code: str = "en"
) -> Document:
    """Lay out scores (table `SCORES`) by week or month; `formulas` are the expressions of the metrics."""
    words = language(code)
    subjects = list(dict.fromkeys(table["subject"]))
    blocks = {subject: other.scores(table, subject, by, words) for subject in subjects}
    metrics = [[name, words.formula(text)] for name, text in formulas.items()]
    listing = Listing(
        words.say("captions", "metrics"),
        [Column(words.word("metric")), Column(words.word("formula"))],
        metrics,
        [words.say("page", "score_formula", most=most)],
    )
    last = table["start"].max()
    totals = table[(table["start"] == last) & (table["metric"] == "total")]
    spans = [words.number(day, by) for day in (table["start"].min(), last)]
    return Document(
        language=code,
        title=words.say("page", "title_scores"),
        period=" – ".join(dict.fromkeys(spans)),
        summary=[
            words.say(
                "summary",
                "scores",
                subject=row["subject"],
                score=words.number(row["score"], "points"),
                span=spans[1],
            )
            for row in totals.to_dict("records")
        ],
        notes=[],
        sections=[_section("scores", blocks, words), _section("metrics", {"": [listing]}, words)],
    )


def _section(key: str, blocks: dict[str, list[Block]], words: Language) -> Section:
    texts = words.texts["sections"][key]
    kept = {name: own for name, own in blocks.items() if own}
    nothing: list[Block] = [Saying(words.say("page", "nothing"))]
    return Section(key, texts["tab"], texts["title"], texts["lead"], kept or {"": nothing})


def _name(queue: str, words: Language) -> str:
    return words.say("page", "all_queues") if queue == TOGETHER else queue


def _each(
    queues: list[str], words: Language, blocks_of: Callable[[str], list[Block]]
) -> dict[str, list[Block]]:
    return {_name(queue, words): blocks_of(queue) for queue in queues}


def _computed(key: str, figures: Figures, queues: list[str], report: Any, words: Language) -> Section:
    """Return one of the computed sections, with what belongs to it beside the figures."""

    def blocks_of(queue: str) -> list[Block]:
        blocks = figures.section(key, queue)
        if key == "calls" and queue != TOGETHER:
            blocks += pattern(report.pattern[report.pattern["queue"] == queue], words)
        if key == "lost":
            blocks += goals.assessment(report.compliance[report.compliance["queue"] == queue], words)
        return blocks

    return _section(key, _each(queues, words, blocks_of), words)


def _passed(key: str, report: Any, words: Language) -> Section:
    if key in report.passed_through:
        return _section(key, {"": other.passed(report.passed_through[key], words)}, words)
    return _section(key, {"": [Saying(words.say("page", "not_supplied"))]}, words)


def _of_goals(report: Any, queues: list[str], words: Language) -> list[Section]:
    """Return attainment, scorecard, conventions and accuracy, those that there are."""
    if report.compliance.empty:
        no_goals: dict[str, list[Block]] = {"": [Saying(words.say("page", "no_goals"))]}
        sections = [_section("sla", no_goals, words)]
    else:
        own = report.compliance
        attained = _each(queues, words, lambda queue: goals.attainment(report, queue, words))
        attained[words.say("captions", "exclusions")] = [goals.exclusions(report, words)]
        cards = _each(queues, words, lambda queue: goals.scorecard(own[own["queue"] == queue], words))
        cards[words.word("total")] = [Saying(line) for line in goals.settlement(report, words)]
        sections = [_section("attainment", attained, words), _section("sla", cards, words)]
    days = report.accuracy_days
    for key, table, blocks_of in (
        ("conventions", report.conventions, goals.conventions),
        ("accuracy", report.accuracy, partial(goals.accuracy, days)),
    ):
        if table is not None and len(table):
            by_queue = dict(iter(table.groupby("queue")))
            there = [queue for queue in queues if queue in by_queue]
            blocks = {_name(queue, words): blocks_of(by_queue[queue], words) for queue in there}
            sections.append(_section(key, blocks, words))
    return sections


def _trend(report: Any, queues: list[str], figures: Figures, words: Language) -> Section:
    def blocks_of(queue: str) -> list[Block]:
        trend = figures.trend(queue, "week") + figures.trend(queue, "month")
        return trend + goals.outlook(report, queue, words)

    return _section("outlook", _each(queues, words, blocks_of), words)


def _summary(report: Any, figures: Figures, queues: list[str], words: Language) -> list[str]:
    """Say the period in a few lines, leaving out what the history cannot give."""
    lines = []
    for queue in queues:
        value = {
            name: figures.value(queue, name)
            for name in ("offered", "answered", "service_level", "asa_s", "aht_s")
        }
        if value["answered"] is not None:
            offered = words.number(value["offered"], "count")
            answered = words.number(value["answered"], "share")
            lines.append(
                words.say("summary", "calls", queue=_name(queue, words), offered=offered, answered=answered)
            )
        if value["service_level"] is not None:
            level = words.number(value["service_level"], "share")
            of = words.say("conventions", _convention(report, queue))
            lines.append(
                words.say(
                    "summary",
                    "service",
                    queue=_name(queue, words),
                    figure=figures.named(queue, "service_level"),
                    service_level=level,
                    convention=of,
                )
            )
        if value["asa_s"] is not None and value["aht_s"] is not None:
            asa, aht = (words.number(value[name], "seconds") for name in ("asa_s", "aht_s"))
            lines.append(words.say("summary", "times", queue=_name(queue, words), asa=asa, aht=aht))
    if report.outbound is not None:
        days = report.outbound.days.reindex(columns=["attempts", "reached", "sales"]).sum(min_count=1)
        counts_ = {name: words.number(count, "count") for name, count in days.items()}
        lines.append(words.say("summary", "outbound", **counts_))
    states = report.compliance["state"].value_counts()
    if len(states):
        counts = {name: int(states.get(name, 0)) for name in ("met", "missed", "missing")}
        lines.append(words.say("summary", "goals", all=int(states.sum()), **counts))
    own = report.settlement
    if own.amount:
        shares = {
            "credit": words.number(own.credit_capped, "share"),
            "bonus": words.number(own.bonus_capped, "share"),
        }
        money = words.number(own.money, "money")
        lines.append(words.say("summary", "money", money=money, currency=report.currency, **shares).strip())
    return lines


def _convention(report: Any, queue: str) -> str:
    """Return how a queue's service level is counted, read off its formula."""
    rows = report.figures
    own = rows[(rows["queue"] == queue) & (rows["by"] == "period") & (rows["figure"] == "service_level")]
    return report.convention_of[own["formula"].iloc[0]]


def _note(note: Any, words: Language) -> str:
    values = dict(note.values)
    if "queue" in values:
        values["queue"] = _name(values["queue"], words)
    if "goal" in values:
        values["goal"] = words.word(values["goal"])
    return words.say("notes", note.key, **values)


def _intervals(report: Any, words: Language) -> Section:
    """Return every interval of every goal, for the workbook: too long for a page."""
    names = {"queue": "word", "goal": "word", "start": "moment", "minutes": "count", "target": "number"}
    names |= {"value": "number", "offered": "count", "state": "word", "reason": "word"}
    columns = [Column(words.word(name), kind) for name, kind in names.items()]
    table = report.attainment.rename(columns={"calls": "offered"}).reindex(columns=list(names))
    table = table.assign(
        queue=table["queue"].map(lambda queue: _name(queue, words)),
        goal=table["goal"].map(words.word),
        state=table["state"].map(words.texts["states"]),
    )
    title = words.say("page", "intervals_sheet")
    rows = table.to_numpy(dtype=object).tolist()
    return Section("intervals", title, title, "", {"": [Listing(title, columns, rows)]})
