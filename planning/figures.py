"""The figures of a management report: each an expression over the columns of a history.

Where a history counts something in another way, a figure has several expressions: the first whose columns
are there is taken, and stands beside the figure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

import forecasting
from planning.expressions import Expression

# The sections of the report, in the order of the trade, and the figures of each.
SECTIONS: dict[str, tuple[str, ...]] = {
    "acd": ("offered", "handled", "abandoned", "transferred", "blocked", "talk_s", "hold_s", "acw_s"),
    "calls": ("offered",),
    "answered": ("offered", "handled", "answered"),
    "service": ("asa_s", "service_level", "one_stop"),
    "handling": ("aht_s", "talk_s", "hold_s", "acw_s"),
    "lost": ("abandoned", "abandoned_share", "short_share", "blocked_share"),
    "ivr": ("ivr", "ivr_entered", "ivr_share"),
}

# How a service level may be counted, by the columns of a history (answered = handled).
CONVENTIONS = {
    "offered": "sum(answered_within) / sum(offered)",
    "answered": "sum(answered_within) / sum(handled)",
    "abandon_positive": "(sum(answered_within) + sum(abandoned_within)) / sum(offered)",
    "abandon_ignored": "sum(answered_within) / (sum(offered) - sum(abandoned_within))",
    "short_positive": "(sum(answered_within) + sum(short_abandoned)) / sum(offered)",
    "net_offered": "sum(answered_within) / (sum(offered) - sum(short_abandoned))",
}

# Parts of the calls offered: where none came there is none of them.
_OF_OFFERED = (
    *("handled", "abandoned", "answered_within", "abandoned_within", "short_abandoned", "transferred"),
    *("talk_s", "hold_s", "acw_s", "wait_s"),
)


@dataclass(frozen=True)
class Figure:
    """One figure: a count, a share or seconds, which way is better, and how it is computed."""

    name: str
    kind: Literal["count", "share", "seconds"]
    better: Literal["high", "low", ""]
    formulas: tuple[str, ...]


@dataclass(frozen=True)
class Lacking:
    """A figure that a history cannot give, and the columns that it would need."""

    figure: str
    columns: tuple[str, ...]


FIGURES = {
    figure.name: figure
    for figure in (
        Figure("offered", "count", "", ("sum(offered)",)),
        Figure("handled", "count", "", ("sum(handled)", "sum(offered) - sum(abandoned)")),
        Figure("abandoned", "count", "", ("sum(abandoned)", "sum(offered) - sum(handled)")),
        Figure("transferred", "count", "", ("sum(transferred)",)),
        Figure("blocked", "count", "", ("sum(blocked)",)),
        Figure(
            "answered",
            "share",
            "high",
            ("sum(handled) / sum(offered)", "(sum(offered) - sum(abandoned)) / sum(offered)"),
        ),
        Figure("asa_s", "seconds", "low", ("sum(wait_s) / sum(handled)",)),
        Figure("service_level", "share", "high", tuple(CONVENTIONS.values())),
        Figure("one_stop", "share", "high", ("(sum(handled) - sum(transferred)) / sum(handled)",)),
        Figure("aht_s", "seconds", "low", ("sum(handle_s) / sum(handled)", "sum(handle_s) / sum(offered)")),
        Figure("talk_s", "seconds", "", ("sum(talk_s) / sum(handled)",)),
        Figure("hold_s", "seconds", "", ("sum(hold_s) / sum(handled)",)),
        Figure("acw_s", "seconds", "", ("sum(acw_s) / sum(handled)",)),
        Figure(
            "abandoned_share",
            "share",
            "low",
            ("sum(abandoned) / sum(offered)", "(sum(offered) - sum(handled)) / sum(offered)"),
        ),
        Figure("short_share", "share", "", ("sum(short_abandoned) / sum(offered)",)),
        Figure("blocked_share", "share", "low", ("sum(blocked) / (sum(offered) + sum(blocked))",)),
        Figure("ivr", "count", "", ("sum(ivr)",)),
        Figure("ivr_entered", "count", "", ("sum(ivr) + sum(offered)",)),
        Figure("ivr_share", "share", "high", ("sum(ivr) / (sum(ivr) + sum(offered))",)),
    )
}


def prepared(history: pd.DataFrame) -> pd.DataFrame:
    """Return a history with what figures need: handling seconds, and no parts of calls where none came.

    `handle_s` is talk, hold and after-call work, or for want of them `aht_s` times the calls it averages.
    """
    rows = history.copy()
    none = rows["offered"] == 0
    for name in _OF_OFFERED:
        if name in rows:
            rows[name] = rows[name].mask(none & rows[name].isna(), 0.0)
    aht_s, calls = forecasting.handling_time(rows)
    if aht_s.notna().any():
        rows["handle_s"] = (aht_s * calls).mask(calls == 0, 0.0)
    return rows


def expression_of(rows: pd.DataFrame, name: str, convention: str = "offered") -> Expression | Lacking:
    """Return how a figure is computed from these rows, or what they lack for it."""
    texts = (CONVENTIONS[convention],) if name == "service_level" else FIGURES[name].formulas
    there = {column for column in rows if rows[column].notna().any()}
    read = [Expression.read(text, name) for text in texts]
    for expression in read:
        if there.issuperset(expression.columns):
            return expression
    return Lacking(name, tuple(column for column in read[0].columns if column not in there))


def measured(
    rows: pd.DataFrame, figures: Iterable[str], group: Any, due: pd.Series, convention: str = "offered"
) -> tuple[pd.DataFrame, list[Lacking]]:
    """Compute figures of one queue over groups of its rows; `due` counts the open intervals of each group.

    Returns rows of figure, start (the group), value, numerator, denominator, formula, intervals and due,
    and what could not be computed.
    """
    parts, lacking = [], []
    for name in figures:
        expression = expression_of(rows, name, convention)
        if isinstance(expression, Lacking):
            lacking.append(expression)
            continue
        table = expression.by(rows, group).reindex(due.index)
        parts.append(
            pd.DataFrame(
                {
                    "figure": name,
                    "start": due.index,
                    "value": table["value"].to_numpy(),
                    "numerator": table["numerator"].to_numpy(),
                    "denominator": table["denominator"].to_numpy(),
                    "formula": expression.text,
                    "intervals": table["rows"].fillna(0).to_numpy(dtype=int),
                    "due": np.asarray(due, dtype=int),
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(), lacking
