"""The formulas of each way of billing: what a month is charged, and the rate that earns a price."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from reporting.quoting.book_page import in_words

# The months of the term, as every line that is summed over it has them.
COUNT = "COUNT(seats_months)"
_SOLD = "outbound_reached*outbound_introduced*outbound_sales"


@dataclass(frozen=True)
class Way:
    """A month's fee at the rate `{r}`, and the rate that earns `{asked}` over the term.

    Other words in braces are figures of the billing, and the helping lines of `Solved`.
    """

    fee: str
    rate: str


@dataclass(frozen=True, eq=False)
class Line:
    """A helping line by month: its name in formulas, what it is, its formula, its numbers."""

    name: str
    label: str
    formula: str
    values: np.ndarray


def _each(what: str, months: str = "") -> Way:
    return Way(f"={what}*{{r}}", f"={{asked}}/{months or f'SUM({what}_months)'}")


def _at_least(what: str) -> Way:
    units = f"SUMPRODUCT(({what}_months>={{minimum}})*{what}_months+({what}_months<{{minimum}})*{{minimum}})"
    return Way(f"=MAX({what},{{minimum}})*{{r}}", f"={{asked}}/{units}")


def _after_base(fee: str, units: str) -> Way:
    """Charge on top of a base fee, which alone must not earn more than the price."""
    left = f"{{asked}}-{COUNT}*{{base}}"
    return Way(f"={{base}}+{fee}*{{r}}", f"=IF({left}<0,NA(),({left})/{units})")


WAYS = {
    "per_seat_month": _at_least("seats"),
    "seat_rental": _at_least("seats"),
    "base_plus_overage": _after_base(
        "MAX(handled-{included},0)", "SUMPRODUCT((handled_months>{included})*(handled_months-{included}))"
    ),
    "per_call": _after_base("handled", "SUM(handled_months)"),
    # Fees that are a floor until the rate lifts them off it: see `Solved`.
    "per_call_minimum": Way(
        "=MAX(handled*{r},{minimum})", f"=IF({COUNT}*{{minimum}}>{{asked}},NA(),MIN({{turns}}_months))"
    ),
    "dead_band": Way(
        "=MAX({parts}*{r}+{moves},0)",
        "=IF(SUMPRODUCT(({moves}_months>0)*{moves}_months)>{asked},NA(),MIN({turns}_months))",
    ),
    "commission": _after_base("{successes}", "{successes_sum}"),
    "hourly": _each("paid_h"),
    "fte_month": _each("fte"),
    "project": Way(f"={{r}}/{COUNT}", "={asked}"),
    "productive_hour": _each("paid_h*(1-shrinkage)", "(SUM(paid_h_months)*(1-shrinkage))"),
    "handling_minute": _each("handling_h*60", "(SUM(handling_h_months)*60)"),
    "minimum_volume": _at_least("handled"),
}


class Solved:
    """One billing of the terms: its formulas with the names of its cells, and the lines they lean on.

    Where a month's fee is max(floor, part × rate + move), what the term earns is convex and piecewise linear
    in the rate. Months lift off their floor one after the other, so the rate that earns the price is the
    least of one candidate a month: that for which exactly those months have lifted off that do so no
    later. The candidates stand in the line `turns`.
    """

    def __init__(self, n: int, billing: Mapping[str, Any], months: pd.DataFrame) -> None:
        self.n, self.billing, self.months = n, billing, months
        self.way = WAYS[billing["method"]]
        self.given = billing["rate"] is not None
        figures = ("minimum", "base", "included", "baseline", "band", "additional", "reduced", "success")
        # A figure left out is 0; those that must be there the terms demand.
        named = {key: f"billing_{n}_{key}" if billing[key] is not None else "0" for key in figures}
        counted, each = ("calls", _SOLD) if billing["success"] is None else ("handled", named["success"])
        self.names = named | {
            "successes": f"{counted}*{each}",
            "successes_sum": f"(SUM({counted}_months)*{each})",
            "r": f"rate_{n}",
        }
        self.names |= {name: f"{name}_{n}" for name in ("asked", "parts", "moves", "turns")}

    @property
    def label(self) -> str:
        """The billing's place and method, for people."""
        return f"{self.n}. {in_words(self.billing['method'])}"

    @property
    def rate(self) -> str:
        """The formula of the rate."""
        return f"=billing_{self.n}_given" if self.given else self._fill(self.way.rate)

    @property
    def fee(self) -> str:
        """The formula of a month's fee."""
        return self._fill(self.way.fee)

    def lines(self, asked: float) -> list[Line]:
        """Return the helping lines, for the price asked."""
        if self.billing["method"] == "dead_band":
            return self._dead_band(asked)
        if self.billing["method"] == "per_call_minimum" and not self.given:
            return [self._calls_above_minimum(asked)]
        return []

    def _fill(self, formula: str) -> str:
        return formula.format(**self.names)

    def _line(self, name: str, label: str, formula: str, values: np.ndarray) -> Line:
        return Line(f"{name}_{self.n}", f"{self.label}: {label}", self._fill(formula), values)

    def _calls_above_minimum(self, asked: float) -> Line:
        handled, minimum = self.months["handled"].to_numpy(), self.billing["minimum"]
        lifted = handled >= handled[:, None]
        below = "SUMPRODUCT(--(handled_months<handled))"
        sold = "SUMPRODUCT((handled_months>=handled)*handled_months)"
        formula = f"=({{asked}}-{{minimum}}*{below})/{sold}"
        values = (asked - minimum * (~lifted).sum(axis=1)) / (lifted * handled).sum(axis=1)
        return self._line("turns", "candidate rate", formula, values)

    def _dead_band(self, asked: float) -> list[Line]:
        """Move for each call beyond the band its own charge, or a part of the rate where it has none."""
        billing, calls = self.billing, self.months["calls"].to_numpy()
        baseline, band = billing["baseline"], billing["band"]
        parts, moves = np.ones(len(calls)), np.zeros(len(calls))
        said_parts, said_moves = "=1", "=0"
        for charge, sign, beyond, said in (
            ("additional", 1, calls - baseline * (1 + band), "MAX(calls-{baseline}*(1+{band}),0)"),
            ("reduced", -1, baseline * (1 - band) - calls, "MAX({baseline}*(1-{band})-calls,0)"),
        ):
            units, plus = np.maximum(beyond, 0), "+" if sign > 0 else "-"
            if billing[charge] is None:
                parts += sign * units / baseline
                said_parts += f"{plus}{said}/{{baseline}}"
            else:
                moves += sign * units * billing[charge]
                said_moves += f"{plus}{said}*{{{charge}}}"
        lines = [
            self._line("parts", "rates charged", said_parts, parts),
            self._line("moves", "charged beyond the band", said_moves, moves),
        ]
        if self.given:
            return lines
        lifted = moves * parts[:, None] >= moves[:, None] * parts
        values = (asked - (lifted * moves).sum(axis=1)) / (lifted * parts).sum(axis=1)
        said = "({moves}_months*{parts}>={moves}*{parts}_months)"
        formula = f"=({{asked}}-SUMPRODUCT({said}*{{moves}}_months))/SUMPRODUCT({said}*{{parts}}_months)"
        return [*lines, self._line("turns", "candidate rate", formula, values)]
