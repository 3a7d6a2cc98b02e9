"""What a report is made of, however it is written: sections, lists with their formulas, charts of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

# How a series is drawn: a bar, a line, a dashed line for a goal, or the two ends of a band.
Style = Literal["bar", "line", "goal", "lo", "hi"]


@dataclass(frozen=True)
class Column:
    """One column of a list: its heading, and the kind of what it holds (see `Language.number`)."""

    heading: str
    kind: str = "word"


@dataclass(frozen=True)
class Series:
    """One column of a list as it is drawn; `word` names it in the picture."""

    column: int
    word: str
    style: Style


@dataclass(frozen=True)
class Chart:
    """A chart of a list: its title by key, and the columns that it draws over the first one."""

    title: str
    kind: str
    series: tuple[Series, ...]
    by: Literal["day", "week", "month", "word"] = "day"


@dataclass(frozen=True)
class Heat:
    """A heat map of a list whose columns are weekdays and whose rows are times of day."""

    title: str
    weekdays: tuple[int, ...]


@dataclass(frozen=True)
class Listing:
    """A table with its caption, the formulas of its figures below it, and the charts of it.

    A row is a value a column; None and NaN are missing. `total` says that the last row sums the others up.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    formulas: Sequence[str] = ()
    charts: Sequence[Chart | Heat] = ()
    total: bool = False
    dense: bool = False

    @property
    def folded(self) -> bool:
        """Whether a page shows its charts, and the rows only when asked: the workbook has them too."""
        return bool(self.charts) and len(self.rows) > 14


@dataclass(frozen=True)
class Saying:
    """A line of text in place of a table: what is lacking, or not supplied."""

    text: str


Block = Listing | Saying


@dataclass(frozen=True)
class Section:
    """One section; its blocks stand under the name of their queue or subject, where there are several.

    `tab` names its sheet in a workbook.
    """

    key: str
    tab: str
    title: str
    lead: str
    blocks: dict[str, list[Block]]


@dataclass(frozen=True)
class Document:
    """A report in one language, before it is a page or a workbook; `sheets` are for the workbook alone."""

    language: str
    title: str
    period: str
    summary: list[str]
    notes: list[str]
    sections: list[Section]
    sheets: list[Section] = field(default_factory=list)
