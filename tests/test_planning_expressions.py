"""Formulas as text: computed like arithmetic by hand, and unable to do anything else."""

import math
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused
from planning.expressions import Expression

CALLS = pd.DataFrame({"day": [1, 1, 2], "a": [1.0, 2.0, 4.0], "b": [10.0, np.nan, 5.0]})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("sum(a)", 7),
        ("mean(a) * 3", 7),
        ("max(a) - min(a)", 3),
        ("-sum(a) + +1", -6),
        ("(sum(a) - 1) / 2", 3),
        ("min(sum(a), 5, 6)", 5),
        ("max(1, sum(a) / 2)", 3.5),
        # The row without b does not count, above or below the line.
        ("sum(a) / sum(b)", 5 / 15),
        ("1e2 * sum(b)", 1500),
        ("2", 2),
    ],
)
def test_arithmetic_by_hand(text: str, value: float) -> None:
    assert Expression.read(text).of(CALLS).value == pytest.approx(value)


def test_a_quotient_says_what_it_divides_by_what() -> None:
    ratio = Expression.read("sum(a) / sum(b)").of(CALLS)
    assert (ratio.numerator, ratio.denominator) == (5, 15)
    assert math.isnan(Expression.read("sum(a)").of(CALLS).denominator)


@pytest.mark.parametrize("text", ["sum(a) / 0", "0 / 0", "1 / (sum(a) - 7)", "min(1, 1 / 0)", "1e299*1e299"])
def test_what_is_divided_by_zero_is_missing(text: str) -> None:
    assert math.isnan(Expression.read(text).of(CALLS).value)


def test_without_a_row_that_counts_it_is_missing_not_zero() -> None:
    assert math.isnan(Expression.read("sum(b)").of(CALLS.iloc[[1]]).value)


def test_groups_are_what_each_is_alone() -> None:
    ratio = Expression.read("sum(a) / sum(b) + max(a)")
    table = ratio.by(CALLS, CALLS["day"])
    assert list(table["rows"]) == [1, 1]
    for day, value in table["value"].items():
        assert value == ratio.of(CALLS[CALLS["day"] == day]).value


INJECTIONS = [
    "__import__('os').system('touch hacked')",
    "().__class__.__bases__[0].__subclasses__()",
    "sum.__globals__",
    "sum(a).__class__",
    "eval('1')",
    "open('/etc/passwd')",
    "sum(open('x'))",
    "sum(x for x in [1])",
    "[1, 2]",
    "{1: 2}",
    "'text'",
    "b'bytes'",
    "True",
    "None",
    "...",
    "1j",
    "lambda: 1",
    "(lambda: 1)()",
    "a if a else a",
    "a and a",
    "sum(a) and 1",
    "1 < 2",
    "2 ** 9",
    "9 // 2",
    "9 % 2",
    "1 << 2",
    "~1",
    "not 1",
    "a",
    "a[0]",
    "a.b",
    "sum(a.b)",
    "sum(a=1)",
    "sum(*a)",
    "sum(**a)",
    "sum()",
    "sum(a, b)",
    "sum(1)",
    "sum(sum(a))",
    "mean(1, 2)",
    "min(1)",
    "min(a, b)",
    "(x := 1)",
    "f'{1}'",
    "await x",
    "yield 1",
    "import os",
    "x = 1",
    "1; 2",
    "1\n2",
    "",
    " ",
    "(",
    "1e999",
    "-" * 60 + "1",
    "(" * 400 + "1" + ")" * 400,
    "1" * 400,
    "1+" * 249 + "1",
    "\0",
    "sum(a) # " + "x" * 600,
    "ｓｕｍ(a).__doc__",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_nothing_but_arithmetic_is_read(text: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused) as fault:
        Expression.read(text, "metric wait")
    assert fault.value.where.startswith("metric wait")
    assert not list(tmp_path.iterdir())


def test_the_place_is_that_of_the_fault() -> None:
    for text, place in (("sum(a) / sum(c)", 14), ("1 + os.name", 5), ("1 + (2 *", 5), ("sum(话) + x", 10)):
        with pytest.raises(Refused) as fault:
            Expression.read(text, "m", known=["a", "话"])
        assert fault.value.where == f"m, character {place}"


def test_an_unknown_column_is_refused_with_the_nearest() -> None:
    with pytest.raises(Refused, match="did you mean offered"):
        Expression.read("sum(ofered)", known=["offered", "handled"])


@given(st.text(alphabet="sumaxineb()+-*/.,_[]'0123456789 =:", max_size=30))
def test_any_text_is_read_or_refused_and_never_run(text: str) -> None:
    before = set(sys.modules)
    try:
        value = Expression.read(text, known=["a", "b"]).of(CALLS).value
    except Refused:
        return
    assert math.isnan(value) or math.isfinite(value)
    assert set(sys.modules) == before
