"""What a table is made of, and the columns that several tables share."""

from dataclasses import dataclass, field
from math import inf
from typing import Literal

Dtype = Literal["text", "instant", "day", "whole", "number"]


@dataclass(frozen=True)
class Column:
    """One column: what it is called, holds and means."""

    name: str
    dtype: Dtype
    unit: str
    meaning: str
    required: bool = True
    empty: bool = False  # may a cell be empty?
    low: float = 0.0
    high: float = inf


@dataclass(frozen=True)
class Table:
    """One table: rows are unique on `key`, or on so much of it as there is, and sorted by it."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)
    parts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Pairs of columns of which the first is a part of the second, and so never above it."""

    def names(self) -> list[str]:
        """Return the column names in their order."""
        return [column.name for column in self.columns]


def optional(name: str, unit: str, meaning: str, dtype: Dtype = "number", high: float = inf) -> Column:
    """Return a column that a table may lack, and that may be empty."""
    return Column(name, dtype, unit, meaning, required=False, empty=True, high=high)


QUEUE = Column("queue", "text", "", "the queue: calls that one team answers for one reason")
START = Column("start", "instant", "", "left edge of the interval, in the site's time zone")
END = Column("end", "instant", "", "the moment it ends")
MINUTES = Column("minutes", "whole", "min", "length of the interval", low=1)
MODEL = Column("model", "text", "", "the forecasting model, named by its method")
CUTOFF = Column("cutoff", "instant", "", "the last instant the model saw; a backtest has many cutoffs")
CALLS = Column("calls", "number", "calls", "calls forecast to be offered (the mean)")
BY = Column("by", "text", "", "the level: interval, day, week, month or quarter")
AHT = Column("aht_s", "number", "s", "average handling time: talk, hold and after-call work", empty=True)
SHIFT = Column("shift", "text", "", "what the shift is called: its length, and when its meal comes")
PERSON = Column("person", "text", "", "who works")
PAID = Column("paid_h", "number", "h", "paid hours of one such shift, unpaid meal left out")
VERDICT = Column("verdict", "text", "", "what kind of miss it was, in words")
