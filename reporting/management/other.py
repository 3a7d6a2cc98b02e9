"""Sections of other tables: what a client supplied, outbound calls, scores."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from reporting.languages import Language
from reporting.management.parts import Block, Chart, Column, Listing, Saying, Series

_RATES = ("contact_rate", "introduction_rate", "sales_rate", "share", "target", "best", "worst")
_KINDS: Mapping[str, str] = {
    **dict.fromkeys((*_RATES, "value_early", "value_late"), "share"),
    **dict.fromkeys(("date", "first", "last", "until", "best_day", "worst_day"), "day"),
    **dict.fromkeys(("list", "result", "rate", "who", "reviewed", "found", "agreed", "days_met"), "word"),
    **dict.fromkeys(("attempts_a_day", "days_left"), "mean"),
}


def passed(table: pd.DataFrame, words: Language) -> list[Block]:
    """Return a table of the client's own as it is."""
    columns = [
        Column(str(name), "number" if pd.api.types.is_numeric_dtype(table[name]) else "word")
        for name in table
    ]
    return [Listing(words.say("captions", "passed"), columns, table.to_numpy(dtype=object).tolist())]


def outbound(report: Any, words: Language) -> list[Block]:
    """Return the daily progress, the result classes, the rates against their targets, and the lists."""
    drawn = [name for name in ("attempts", "reached") if name in report.days]
    columns = list(report.days)
    series = tuple(
        Series(columns.index(name), name, "bar" if name == "attempts" else "line") for name in drawn
    )
    chart = Chart("outbound", "count", series) if drawn else None
    blocks: list[Block] = [_plain(report.days, "days", words, chart)]
    if len(report.classes):
        classes = report.classes.assign(result=report.classes["result"].map(words.word))
        bars = Chart("classes", "count", (Series(1, "calls", "bar"),), "word")
        blocks.append(_plain(classes, "classes", words, bars, calls="attempts"))
    rates = report.rates
    if len(rates):
        columns_ = [Column(words.word("rate"))] + [
            Column(words.word(n), "share") for n in ("value", "target")
        ]
        columns_.append(Column(words.word("state")))
        states = {1.0: words.say("states", "met"), 0.0: words.say("states", "missed")}
        rows = [
            [words.word(row["rate"]), row["value"], row["target"], states.get(row["met"], "–")]
            for row in rates.to_dict("records")
        ]
        formulas = [
            words.say(
                "page",
                "formula",
                figure=words.word(row["rate"]),
                formula=words.formula(row["formula"]),
                numerator=words.number(row["numerator"], "count"),
                denominator=words.number(row["denominator"], "count"),
                value=words.number(row["value"], "share"),
            )
            for row in rates.to_dict("records")
        ]
        blocks.append(Listing(words.say("captions", "rates"), columns_, rows, formulas))
    blocks.append(_plain(report.lists, "lists", words))
    for row in report.unequal.to_dict("records"):
        whole = {"whole": words.word(row["whole"]), "date": row["date"].date()}
        blocks.append(Saying(words.say("page", "unequal", **{**row, **whole})))
    if report.lacking:
        blocks.append(Saying(words.say("notes", "outbound_lacks", columns=", ".join(report.lacking))))
    return blocks


def review(found: Any, words: Language) -> list[Block]:
    """Return what people noted, how the rates of the days moved, and how long the lists last."""
    if len(found.notes):
        kept = found.notes.dropna(axis="columns", how="all")
        blocks: list[Block] = [_plain(kept, "review_notes", words)]
    else:
        blocks = [Saying(words.say("page", "no_notes"))]
    if len(found.rates):
        rates = found.rates.assign(rate=found.rates["rate"].map(words.word))
        met = [
            "–"
            if row["days_met"] != row["days_met"]
            else words.say("page", "days_met", days=int(row["days_met"]), all=row["days"])
            for row in rates.to_dict("records")
        ]
        rates = rates.assign(days_met=met).drop(columns="days")
        blocks.append(_plain(rates, "review_rates", words, formula="review_formula"))
    if len(found.left):
        blocks.append(_plain(found.left, "review_left", words, formula="left_formula"))
    return blocks


def _plain(
    table: pd.DataFrame,
    caption: str,
    words: Language,
    chart: Chart | None = None,
    formula: str = "",
    **renamed: str,
) -> Listing:
    columns = [Column(words.word(renamed.get(name, name)), _KINDS.get(name, "count")) for name in table]
    return Listing(
        words.say("captions", caption),
        columns,
        table.to_numpy(dtype=object).tolist(),
        [words.say("page", formula)] if formula else (),
        [chart] if chart else [],
    )


def scores(table: pd.DataFrame, subject: str, by: str, words: Language) -> list[Block]:
    """Return a subject's scores by metric in the last span, and its total over all of them."""
    own = table[table["subject"] == subject]
    last = own[own["start"] == own["start"].max()]
    # A target that changed within the span: each part says from when on.
    parts = ["first"] if (last["first"] > last["start"]).any() else []
    ordered = pd.concat([last[last["metric"] != "total"], last[last["metric"] == "total"]])
    kinds = {"value": "number", "target": "number", "weight": "share", "score": "points", "change": "points"}
    columns = [
        Column(words.word("metric")),
        *(Column(words.word(name), "day") for name in parts),
        *(Column(words.word(name), kind) for name, kind in kinds.items()),
    ]
    # The names of metrics are the user's own, whatever word of ours they are like.
    rows = [
        [
            words.word("total") if row["metric"] == "total" else row["metric"],
            *(row[name] for name in (*parts, *kinds)),
        ]
        for row in ordered.to_dict("records")
    ]
    totals = own[own["metric"] == "total"]
    trend = [Column(words.say("page", by), by), Column(words.word("score"), "points")]
    chart = Chart("scores", "points", (Series(1, "score", "line"),), by)  # type: ignore[arg-type]
    cells = totals[["start", "score"]].to_numpy(dtype=object).tolist()
    return [
        Listing(words.say("captions", "scores"), columns, rows, total=True),
        Listing(words.say("captions", "score_trend"), trend, cells, (), [chart]),
    ]
