"""Formulas over the columns of a table, as text: a small grammar that computes and can do nothing else.

An expression is made of numbers, sums, products and quotients, parentheses, and of columns inside `sum`,
`mean`, `min` or `max`: `sum(answered_within) / sum(offered)`, or `sum("calls made")` where a name has blanks.
It is read into a tree of which every node is one of these; anything else is refused with its place. Nothing
is ever evaluated as Python.
"""

import ast
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from callplan.errors import Refused, nearest

# What may be said of a column; the last two are also taken of several numbers.
_OF_COLUMN = ("sum", "mean", "min", "max")
_OF_NUMBERS = {"min": np.minimum, "max": np.maximum}
_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
# Gives a function of a column, one number a group of rows.
_Look = Callable[[str, str], np.ndarray]
# Longer texts, and deeper nests, are no formulas of people; Python's own reader would fail on them.
_LONGEST, _DEEPEST, _GREATEST = 500, 30, 1e300


@dataclass(frozen=True)
class Value:
    """What an expression gives: its value, and what it divides by what; NaN is missing.

    `denominator` is NaN where the expression is no quotient.
    """

    value: float
    numerator: float
    denominator: float


@dataclass(frozen=True)
class Expression:
    """A formula that has been read and found to be one.

    >>> calls = pd.DataFrame({"answered": [8, 9], "offered": [10, 10]})
    >>> Expression.read("sum(answered) / sum(offered)").of(calls)
    Value(value=0.85, numerator=17.0, denominator=20.0)
    >>> Expression.read("sum(answered) / 0").of(calls).value
    nan
    >>> Expression.read("__import__('os').system('ls')")
    Traceback (most recent call last):
    callplan.errors.Refused: expression, character 1: found __import__('os').system; only sum, mean, ...
    """

    text: str
    columns: tuple[str, ...]
    _tree: ast.expr = field(repr=False, compare=False)

    @classmethod
    def read(cls, text: str, where: str = "expression", known: Collection[str] | None = None) -> "Expression":
        """Read a formula; `known` are the columns that it may name, where they are known already.

        Raises `Refused` with the place of the first part that no formula has.
        """
        if len(text) > _LONGEST:
            raise Refused(where, f"{len(text):,} characters", f"a formula has at most {_LONGEST}")
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except SyntaxError as fault:
            place = f"{where}, character {fault.offset}" if fault.offset else where
            raise Refused(place, f"{text!r} is no formula ({fault.msg})", _ADVICE) from None
        except (ValueError, MemoryError, RecursionError):
            raise Refused(where, f"{text[:40]!r} is no formula", _ADVICE) from None
        columns: dict[str, None] = {}
        _Reader(text.strip(), where, known, columns).number(tree, 0)
        return cls(text.strip(), tuple(columns), tree)

    def of(self, rows: pd.DataFrame) -> Value:
        """Compute it over rows that have its columns; where a cell is empty its row does not count.

        Without a row that counts every part is missing, and so is what is divided by zero.
        """
        table = self.by(rows, np.zeros(len(rows)))
        if table.empty:
            return Value(math.nan, math.nan, math.nan)
        value, numerator, denominator = table[["value", "numerator", "denominator"]].iloc[0]
        return Value(float(value), float(numerator), float(denominator))

    def by(self, rows: pd.DataFrame, group: Any) -> pd.DataFrame:
        """Compute it over each group of the rows: value, numerator, denominator, and the rows that count.

        `group` is what `groupby` takes, one value a row; a group in which no row counts is left out.
        """
        known = rows[list(self.columns)].notna().all(axis=1).to_numpy()
        groups = rows[known].groupby(pd.Series(np.asarray(group), rows.index)[known])
        counted = groups.size()

        def look(function: str, column: str) -> np.ndarray:
            return getattr(groups[column], function)().to_numpy(dtype=float)

        below: Any = math.nan
        if isinstance(self._tree, ast.BinOp) and isinstance(self._tree.op, ast.Div):
            top, below = _number(self._tree.left, look), _number(self._tree.right, look)
            value = _divided(top, below)
        else:
            value = top = _number(self._tree, look)
        columns = {"value": value, "numerator": top, "denominator": below, "rows": counted}
        return pd.DataFrame(columns, index=counted.index)


_ADVICE = 'write it as sum(sales) / sum(reached); a column with blanks in its name as sum("calls made")'


@dataclass
class _Reader:
    """Walks a tree once and refuses whatever is not of the grammar; notes the columns on its way."""

    text: str
    where: str
    known: Collection[str] | None
    columns: dict[str, None]

    def number(self, node: ast.expr, depth: int) -> None:
        """Accept a number: a literal, one under a sign, two joined, or a function of a column or numbers."""
        if depth > _DEEPEST:
            raise self._no(node, "too deep a nest", "write it simpler")
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                if not abs(value) < _GREATEST:
                    raise self._no(node, self._shown(node), "a finite number is needed")
            case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=operand):
                self.number(operand, depth + 1)
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
                self.number(left, depth + 1)
                self.number(right, depth + 1)
            case ast.Call():
                self._call(node, depth)
            case ast.Name(id=name):
                raise self._no(node, f"the column {name!r} alone", f"say what of it: sum({name})")
            case _:
                raise self._no(node, f"found {self._shown(node)}", "only + - * / and functions are known")

    def _call(self, node: ast.Call, depth: int) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name not in _OF_COLUMN:
            raise self._no(node, f"found {self._shown(node.func)}", "only sum, mean, min and max are known")
        if node.keywords or not node.args or any(isinstance(one, ast.Starred) for one in node.args):
            raise self._no(node, f"found {self._shown(node)}", f"write it as {name}(column)")
        if len(node.args) == 1 and (column := _column_of(node.args[0])) is not None:
            self._column(node.args[0], column)
        elif name in _OF_NUMBERS and len(node.args) > 1:
            for one in node.args:
                self.number(one, depth + 1)
        else:
            raise self._no(node, f"found {self._shown(node)}", f"{name} is taken of one column, by its name")

    def _column(self, node: ast.expr, name: str) -> None:
        if self.known is not None and name not in self.known:
            raise self._no(node, f"no column {name!r}", nearest(name, self.known))
        self.columns[name] = None

    def _shown(self, node: ast.AST) -> str:
        return " ".join((ast.get_source_segment(self.text, node) or "").split())[:60]

    def _no(self, node: ast.expr, found: str, do: str) -> Refused:
        # The place as people count it: characters of the line, from 1, not bytes.
        line = self.text.splitlines()[node.lineno - 1]
        place = len(line.encode()[: node.col_offset].decode()) + 1
        return Refused(f"{self.where}, character {place}", found, do)


def _column_of(node: ast.expr) -> str | None:
    """Return the column that a name means, or one in quotation marks."""
    match node:
        case ast.Name(id=str(name)) | ast.Constant(value=str(name)):
            return name
    return None


def _number(node: ast.expr, look: _Look) -> Any:
    """Compute a node that the reader has accepted, for all groups at once."""
    match node:
        case ast.Constant(value=value):
            return float(value)  # type: ignore[arg-type]
        case ast.UnaryOp(op=sign, operand=operand):
            return -_number(operand, look) if isinstance(sign, ast.USub) else _number(operand, look)
        case ast.BinOp(left=left, op=sign, right=right):
            return _joined(_SIGNS[type(sign)], _number(left, look), _number(right, look))
        case ast.Call(func=ast.Name(id=name), args=[one]) if (column := _column_of(one)) is not None:
            return look(name, column)
        case ast.Call(func=ast.Name(id=name), args=several):
            return reduce(_OF_NUMBERS[name], [_number(one, look) for one in several])
    raise AssertionError(ast.dump(node))


def _joined(sign: str, left: Any, right: Any) -> Any:
    if sign == "/":
        return _divided(left, right)
    with np.errstate(over="ignore", invalid="ignore"):
        return _finite(left + right if sign == "+" else left - right if sign == "-" else left * right)


def _divided(top: Any, below: Any) -> Any:
    """Divide; what is divided by zero is missing, not endless."""
    with np.errstate(all="ignore"):
        return _finite(np.true_divide(top, below))


def _finite(number: Any) -> Any:
    return np.where(np.isfinite(number), number, math.nan)
