"""Tables as a page shows them: human headings, units, a week as days beside times of day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from callplan.intervals import local_day
from reporting.words import day, heading, shown, unit

# Units that a heading names; percents carry their own sign.
_NAMED_UNITS = ("calls", "h", "s", "min", "erlangs", "agents", "heads")
_TINTS = 6


@dataclass(frozen=True)
class Cell:
    """What a cell says, and the tint behind it: a letter for the colour, a digit for its depth."""

    text: str
    tint: str = ""


@dataclass(frozen=True)
class Grid:
    """One table of a page; the first cell of a row names it."""

    caption: str
    headings: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Cell]]
    words: Sequence[bool]  # which columns hold words, not numbers


def by_row(
    table: pd.DataFrame,
    columns: Sequence[str],
    caption: str,
    headings: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    signed: Sequence[str] = (),
    total: Sequence[str] = (),
) -> Grid:
    """Show a table row by row; `headings` and `units` override ours, `total` columns are summed below."""
    named, of = headings or {}, {name: unit(name, table.columns) for name in columns} | dict(units or {})
    texts = []
    for name in columns:
        values = list(table[name])
        if total:
            # A sum that lacks a day is none.
            values.append(table[name].sum(skipna=False) if name in total else "")
        said = shown(values, of[name], name in signed)
        texts.append(_typeset(said) if pd.api.types.is_numeric_dtype(table[name]) else said)
    if total:
        texts[0][-1] = "Total"
    return Grid(
        caption,
        [(named.get(name, heading(name)), _named(of[name])) for name in columns],
        [[Cell(text) for text in row] for row in zip(*texts, strict=True)],
        [not pd.api.types.is_numeric_dtype(table[name]) for name in columns],
    )


def by_clock(
    table: pd.DataFrame,
    column: str,
    caption: str,
    *,
    scale: float | None = None,
    middle: float = 0.0,
    signed: bool = False,
) -> Grid:
    """Show a column of intervals as times of day beside days, tinted by its distance from `middle`.

    Where the clock is put back an hour comes twice, and has two rows.
    """
    days, clock = local_day(table["start"]), table["start"].dt.strftime("%H:%M")
    passing = table.groupby([days.to_numpy(), clock.to_numpy()]).cumcount().to_numpy()
    wide = pd.Series(table[column].to_numpy(), index=[clock, passing, days]).unstack()  # noqa: PD010
    scale = scale or float(np.nanmax(np.abs(wide - middle))) or 1.0
    of = unit(column, table.columns)
    # All days together, so that every column has the same decimals.
    said = _typeset(shown(list(wide.to_numpy().ravel()), of, signed))
    texts = np.array(["·" if signed and text == "0" else text for text in said]).reshape(wide.shape)
    rows = []
    for (time, again), values, words in zip(wide.index, wide.to_numpy(), texts, strict=True):
        cells = [_cell(value, word, middle, scale) for value, word in zip(values, words, strict=True)]
        rows.append([Cell(f"{time} again" if again else time), *cells])
    headings = [("Time", ""), *((day(date), "") for date in wide.columns)]
    named = f"{caption}, {_named(of)}" if _named(of) else caption
    return Grid(named, headings, rows, [False] * len(headings))


def starts_by_day(shift_plan: pd.DataFrame) -> Grid:
    """Show how many begin which shift when, a column a day."""
    clock = shift_plan["start"].dt.strftime("%H:%M")
    keys = [clock.to_numpy(), shift_plan["shift"].to_numpy(), local_day(shift_plan["start"]).to_numpy()]
    wide = shift_plan["heads"].groupby(keys).sum().unstack()  # noqa: PD010
    rows = [
        [Cell(time), Cell(shift), *(Cell("" if np.isnan(heads) else f"{heads:,.0f}") for heads in counts)]
        for (time, shift), counts in zip(wide.index, wide.to_numpy(), strict=True)
    ]
    headings = [("Begins", ""), ("Shift", ""), *((day(date), "heads") for date in wide.columns)]
    return Grid("Shifts to fill", headings, rows, [True, True] + [False] * wide.shape[1])


def _named(of: str) -> str:
    return of if of in _NAMED_UNITS else ""


def _typeset(numbers: Sequence[str]) -> list[str]:
    """Write minus as a minus, not as a hyphen."""
    return [number.replace("-", "−") for number in numbers]


def _cell(value: float, word: str, middle: float, scale: float) -> Cell:
    if np.isnan(value):
        return Cell("")
    depth = min(_TINTS, int(np.ceil(_TINTS * abs(value - middle) / scale)))
    return Cell(word, f"{'b' if value > middle else 'u'}{depth}" if depth else "")
