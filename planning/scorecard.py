"""Clients, vendors or sites scored by metrics of one's own: formulas, targets, weights that change."""

import math
import warnings
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, Self

import pandas as pd
from pydantic import Field, field_validator, model_validator

from callplan import files
from callplan.errors import Refused, Remark, nearest
from callplan.settings import Settings
from callplan.tables import SCORES, check
from planning.expressions import Expression
from planning.management.settings import beside
from planning.sla import Day

TOTAL = "total"
_TEMPLATE = Path(__file__).parent / "management" / "scorecard.toml"


class Metric(Settings):
    """One metric: its formula over the columns of the tables, target, direction, weight, and since when.

    A metric of the same name with a later `valid_from` takes its place from that day on.
    """

    name: str = Field(min_length=1)
    formula: str
    target: float = Field(gt=0)
    better: Literal["high", "low"] = "high"
    weight: float = Field(ge=0, le=1)
    valid_from: Day = date(1900, 1, 1)

    @field_validator("name")
    @classmethod
    def _name_is_free(cls, name: str) -> str:
        if name == TOTAL:
            raise Refused("", f"found {name!r}", "that is the name of all metrics together: take another")
        return name

    @model_validator(mode="after")
    def _formula_is_one(self) -> Self:
        try:
            Expression.read(self.formula, "formula")
        except Refused as fault:
            # Settings name the key; the place inside the formula goes along.
            place = fault.where.removeprefix("formula").lstrip(", ")
            raise Refused("formula", f"{place}: {fault.found}" if place else fault.found, fault.do) from None
        return self

    def score(self, value: float, most: float) -> float:
        """Return the points of a value: 100 at the target, in proportion, from 0 to `most`; NaN is missing.

        >>> wait = Metric(name="wait", formula="mean(wait)", target=20, better="low", weight=1)
        >>> wait.score(25.0, most=120), wait.score(0.0, most=120)
        (80.0, 120)
        """
        if value != value:
            return math.nan
        if self.better == "low":
            return most if value <= 0 else min(most, 100 * self.target / value)
        return max(0.0, min(most, 100 * value / self.target))


class Scorecard(Settings):
    """Who is scored, by what, and over which spans: `scorecard.toml`.

    `subjects` names a file for each, in the folder of the settings; each needs a column `date` or `start`.
    The weights of the metrics that hold on any one day add up to 1.
    """

    language: Literal["en", "zh"] = "en"
    by: Literal["week", "month"] = "month"
    most: float = Field(default=120.0, ge=100)
    subjects: dict[str, str] = Field(min_length=1)
    metrics: tuple[Metric, ...] = Field(min_length=1)

    @field_validator("subjects")
    @classmethod
    def _stand_beside(cls, subjects: dict[str, str]) -> dict[str, str]:
        return {name: beside(file) for name, file in subjects.items()}

    @model_validator(mode="after")
    def _weights_add_up(self) -> Self:
        named = [(metric.name, metric.valid_from) for metric in self.metrics]
        for name, day in named:
            if named.count((name, day)) > 1:
                raise Refused("metrics", f"{name!r} twice from {day}", "keep one")
        for day in sorted({day for _, day in named}):
            total = sum(metric.weight for metric in self.on(day))
            if abs(total - 1) > 1e-9:
                found = f"the weights that hold on {day} add up to {total:g}"
                raise Refused("metrics", found, "let them add up to 1")
        return self

    def on(self, day: date) -> list[Metric]:
        """Return the metrics that hold on a day, in the order of their names' first mention."""
        holding: dict[str, Metric] = {}
        for metric in self.metrics:
            best = holding.get(metric.name)
            if metric.valid_from <= day and (best is None or metric.valid_from > best.valid_from):
                holding[metric.name] = metric
        return list(holding.values())


def scorecard(settings: Scorecard, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Score every subject over each week (from Monday) or month of its table (table `SCORES`).

    `tables` has a frame a subject, with a column `date` of naive days (`read_subject`). A week or month in
    which a metric takes another's place falls into parts, each scored by what held in it; its total is the
    mean of theirs, by their days with rows. A metric without a value has no score, and the total of a part
    is the weighted mean of the others. On days before the first metric holds nothing is scored: a remark.

    Raises `Refused` with the place in the formula where a column is not there or holds no numbers, and where
    no metric holds on any day.

    >>> settings = Scorecard(subjects={"A": "a.csv"}, metrics=(
    ...     {"name": "answered", "formula": "sum(answered) / sum(offered)", "target": 0.9, "weight": 1},))
    >>> table = pd.DataFrame({"date": pd.to_datetime(["2026-03-02"]), "answered": [81], "offered": [100]})
    >>> scorecard(settings, {"A": table})[["metric", "value", "score"]].values.tolist()
    [['answered', 0.81, 90.0], ['total', nan, 90.0]]
    """
    begins = pd.Timestamp(min(metric.valid_from for metric in settings.metrics))
    parts = []
    for subject in settings.subjects:
        table = tables[subject]
        held = pd.to_datetime(table["date"]) >= begins
        if not held.any():
            found = f"{subject}: no row from {begins:%Y-%m-%d} on, the first day of a metric"
            raise Refused("metrics", found, "let one hold earlier (valid_from)")
        if not held.all():
            text = f"{subject}: days before {begins:%Y-%m-%d} are not scored: no metric held yet"
            warnings.warn(text, Remark, stacklevel=2)
        parts.append(_scores(settings, subject, table[held.to_numpy()]))
    return check(pd.concat(parts), SCORES)


def _scores(settings: Scorecard, subject: str, table: pd.DataFrame) -> pd.DataFrame:
    days = pd.to_datetime(table["date"])
    back = days.dt.day_of_week if settings.by == "week" else days.dt.day - 1
    spans = days - pd.to_timedelta(back, unit="D")
    # A part begins with its span, or with a metric.
    changes = pd.DatetimeIndex(sorted({metric.valid_from for metric in settings.metrics}))
    latest = changes[changes.searchsorted(days, side="right") - 1]
    begins = spans.where(spans > latest, pd.Series(latest, spans.index))
    rows = []
    for start in sorted(spans.unique()):
        totals = []
        for first in sorted(begins[spans == start].unique()):
            mine = (begins == first).to_numpy()
            scored = _part(settings, subject, table[mine], first)
            rows += [(subject, start, name, first, *cells) for name, *cells in scored]
            totals.append((days[mine].nunique(), *_total(scored)))
        # The days of a part without a score do not count.
        known = [(n, weights, score) for n, weights, score in totals if score == score]
        of = sum(n for n, _, _ in known)
        weight, score = (
            sum(one[0] * one[place] for one in known) / of if of else empty
            for place, empty in ((1, 0.0), (2, math.nan))
        )
        rows.append((subject, start, TOTAL, start, math.nan, math.nan, weight, score))
    names = ["subject", "start", "metric", "first", "value", "target", "weight", "score"]
    result = pd.DataFrame(rows, columns=names)
    return result.assign(change=result["score"] - result.groupby("metric")["score"].shift())


_Scored = tuple[str, float, float, float, float]


def _part(settings: Scorecard, subject: str, rows: pd.DataFrame, first: pd.Timestamp) -> list[_Scored]:
    """Return name, value, target, weight and score of each metric that holds over some rows."""
    scored = []
    for metric in settings.on(first.date()):
        value = _expression(metric, subject, rows).of(rows).value
        scored.append((metric.name, value, metric.target, metric.weight, metric.score(value, settings.most)))
    return scored


def _total(scored: Sequence[_Scored]) -> tuple[float, float]:
    """Return the weights of the metrics that have a score, and the weighted mean of those."""
    known = [(weight, score) for *_, weight, score in scored if score == score]
    weights = sum(weight for weight, _ in known)
    return weights, sum(weight * score for weight, score in known) / weights if weights else math.nan


def _expression(metric: Metric, subject: str, table: pd.DataFrame) -> Expression:
    """Read a formula against the columns of a table; those that it names must hold numbers."""
    where = f"{subject}, metric {metric.name}, formula"
    numbers = [str(name) for name in table if pd.api.types.is_numeric_dtype(table[name])]
    expression = Expression.read(metric.formula, where, known=[str(name) for name in table])
    for column in expression.columns:
        if column not in numbers:
            raise Refused(f"{where}, column {column}", "it holds no numbers", nearest(column, numbers))
    return expression


def read_subject(path: str | Path) -> pd.DataFrame:
    """Read a table to be scored; its `date`, or the local day that its `start` begins with, is its day."""
    table = files.load(path, ("date", "start"))
    name = next((name for name in ("date", "start") if name in table), None)
    if name is None:
        raise Refused(Path(path).name, "no column 'date' or 'start'", "add the day of each row")
    days = pd.to_datetime(table[name].astype(str).str[:10], format="%Y-%m-%d", errors="coerce")
    if days.isna().any():
        row = days.index[days.isna()][0]
        found = f"found {table.loc[row, name]!r}"
        raise Refused(f"{Path(path).name}, row {row}, column {name}", found, "write days as 2026-03-02")
    return table.assign(date=days)


def scorecard_template() -> str:
    """Return the text of a commented `scorecard.toml`.

    >>> "[[metrics]]" in scorecard_template()
    True
    """
    return _TEMPLATE.read_text(encoding="utf-8")
