"""Sections of the figures: a row a day, the period below, the formula of each under the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reporting.languages import Language
from reporting.management.parts import Block, Chart, Column, Heat, Listing, Saying, Series, Style

# What all queues together are called in the tables.
TOGETHER = "*"
_KINDS = {
    **dict.fromkeys(("asa_s", "aht_s", "talk_s", "hold_s", "acw_s"), "seconds"),
    **dict.fromkeys(
        (
            "answered",
            "service_level",
            "one_stop",
            "abandoned_share",
            "short_share",
            "blocked_share",
            "ivr_share",
        ),
        "share",
    ),
}
# The figures of each section, and its charts: title, figure, style.
_Charts = tuple[tuple[str, str, Style], ...]
_SECTIONS: dict[str, tuple[tuple[str, ...], _Charts]] = {
    "acd": (
        ("offered", "handled", "abandoned", "transferred", "blocked", "talk_s", "hold_s", "acw_s", "aht_s"),
        (),
    ),
    "calls": (("offered",), (("calls", "offered", "bar"),)),
    "answered": (("offered", "handled", "answered"), (("answered", "answered", "line"),)),
    "service": (
        ("asa_s", "service_level", "one_stop"),
        (("service", "service_level", "line"), ("asa", "asa_s", "bar")),
    ),
    "handling": (("aht_s", "talk_s", "hold_s", "acw_s"), (("handling", "aht_s", "bar"),)),
    "lost": (
        ("abandoned", "abandoned_share", "short_share", "blocked_share"),
        (("lost", "abandoned_share", "bar"),),
    ),
    "ivr": (("ivr", "ivr_entered", "ivr_share"), (("ivr", "ivr", "bar"),)),
}
COMPUTED = tuple(_SECTIONS)


def kind_of(figure: str) -> str:
    """Return the kind of a figure: share, seconds or count."""
    return _KINDS.get(figure, "count")


@dataclass(frozen=True)
class Figures:
    """The figures of a report and what its histories lack, to be laid out in a language."""

    table: pd.DataFrame
    lacking: Mapping[str, Sequence[Any]]
    within_s: Mapping[str, Sequence[float]]
    compliance: pd.DataFrame
    words: Language

    def section(self, key: str, queue: str) -> list[Block]:
        """Return the blocks of one computed section for one queue."""
        wanted, charts = _SECTIONS[key]
        days = self._rows(queue, "day")
        names = [name for name in wanted if name in set(days["figure"])]
        blocks: list[Block] = []
        if names:
            blocks += self._by_day(key, names, days, self._rows(queue, "period"), charts, queue)
        columns: dict[str, list[str]] = {}
        for one in self.lacking.get(queue, ()):
            if one.figure in wanted:
                columns.setdefault(", ".join(one.columns), []).append(self.words.word(one.figure))
        for needed, figures in columns.items():
            text = self.words.say("page", "lacks", figure=", ".join(figures), columns=needed)
            blocks.append(Saying(text))
        return blocks

    def _by_day(
        self,
        key: str,
        names: list[str],
        days: pd.DataFrame,
        whole: pd.DataFrame,
        charts: _Charts,
        queue: str,
    ) -> list[Block]:
        wide = days.pivot(index="start", columns="figure", values="value")[names]  # noqa: PD010
        sums = whole.set_index("figure")
        rows: list[list[Any]] = [
            [start, *values] for start, values in zip(wide.index, wide.to_numpy(), strict=True)
        ]
        rows.append([self.words.say("page", "total"), *(sums["value"].get(name) for name in names)])
        columns = [Column(self.words.say("page", "day"), "day"), *(self.column(name) for name in names)]
        formulas = [self.formula(sums.loc[name]) for name in names]
        caption = self.words.say("captions", key)
        drawn = []
        for title, figure, style in charts:
            if figure in names:
                series = [Series(1 + names.index(figure), figure, style)]
                targets = self._targets(queue, figure, wide.index)
                if targets is not None:
                    series.append(Series(len(columns), "target", "goal"))
                    columns.append(
                        Column(f"{self.words.word('target')}: {self.words.word(figure)}", kind_of(figure))
                    )
                    rows = [[*row, target] for row, target in zip(rows, [*targets, None], strict=True)]
                drawn.append(Chart(title, kind_of(figure), tuple(series)))
        return [Listing(caption, columns, rows, formulas, drawn, total=True)]

    def _targets(self, queue: str, figure: str, days: pd.Index) -> list[float | None] | None:
        """Return the goal of each day, or None where the figure has none."""
        goals = self.compliance[(self.compliance["queue"] == queue) & (self.compliance["goal"] == figure)]
        if goals.empty:
            return None
        spans = [(row["first"], row["last"], row["target"]) for row in goals.to_dict("records")]
        local = [day.tz_localize(None).normalize() for day in days]
        return [
            next((target for first, last, target in spans if first <= day <= last), None) for day in local
        ]

    def column(self, figure: str) -> Column:
        """Return the column of a figure."""
        kind = kind_of(figure)
        word = self.words.word(figure)
        return Column(self.words.say("page", "in_seconds", figure=word) if kind == "seconds" else word, kind)

    def formula(self, row: pd.Series) -> str:
        """Return the line below a table: a figure, its formula in words, its numbers, how many count."""
        words, name = self.words, str(row.name)
        kind = kind_of(name)
        whole = words.number(row["denominator"], "count")
        text = words.say(
            "page",
            "formula_sum" if whole == "–" else "formula",
            figure=self.named(str(row["queue"]), name),
            formula=words.formula(row["formula"]),
            numerator=words.number(row["numerator"], "count"),
            denominator=whole,
            value=words.number(row["value"], kind),
        )
        counted = words.say("page", "counted", intervals=int(row["intervals"]), due=int(row["due"]))
        return f"{text} ({counted})" if words.code == "en" else f"{text}（{counted}）"

    def named(self, queue: str, figure: str) -> str:
        """Name a figure; a service level with its threshold, where the history says it."""
        counted = self.within_s.get(queue, ())
        if figure != "service_level" or not counted:
            return self.words.word(figure)
        seconds = ", ".join(f"{within_s:g}" for within_s in counted)
        return self.words.say("page", "within", figure=self.words.word(figure), seconds=seconds)

    def value(self, queue: str, figure: str) -> float | None:
        """Return a figure of the whole period, or None where the history cannot give it."""
        rows = self._rows(queue, "period")
        found = rows.loc[rows["figure"] == figure, "value"]
        return None if found.empty else float(found.iloc[0])

    def trend(self, queue: str, by: str) -> list[Block]:
        """Return the figures by week or month, with a chart of the calls."""
        rows = self._rows(queue, by)
        if rows.empty:
            return []
        wide = rows.pivot(index="start", columns="figure", values="value")  # noqa: PD010
        names = [
            name
            for name in ("offered", "answered", "service_level", "asa_s", "aht_s")
            if name in wide.columns
        ]
        columns = [Column(self.words.say("page", by), by), *(self.column(name) for name in names)]
        cells = [[start, *values] for start, values in zip(wide.index, wide[names].to_numpy(), strict=True)]
        charts = [Chart("weeks", "count", (Series(1, "offered", "bar"),), "week")] if by == "week" else []
        return [Listing(self.words.say("captions", f"{by}s"), columns, cells, (), charts)]

    def _rows(self, queue: str, by: str) -> pd.DataFrame:
        table = self.table
        return table[(table["queue"] == queue) & (table["by"] == by)]


def pattern(table: pd.DataFrame, words: Language) -> list[Block]:
    """Return the pattern of one queue: times of day beside weekdays, as a table and a heat map."""
    wide = table.pivot(index="clock", columns="weekday", values="offered")  # noqa: PD010
    weekdays = words.texts["dates"]["weekdays"]
    columns = [Column(words.say("page", "time")), *(Column(weekdays[day], "mean") for day in wide.columns)]
    rows = [[clock, *values] for clock, values in zip(wide.index, wide.to_numpy(), strict=True)]
    chart = Heat("heat", tuple(int(day) for day in wide.columns))
    formulas = [words.say("page", "pattern_formula")]
    return [Listing(words.say("page", "pattern_caption"), columns, rows, formulas, [chart], dense=True)]
