"""One language: texts by key, numbers and dates as its readers write them. The texts stand in NAME.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from callplan.errors import Refused, nearest
from reporting.words import missing

LANGUAGES = ("en", "zh")
_PLACE = re.compile(r"""\b(sum|mean|min|max)\((["']?)([^"'()]+)\2\)""")


@dataclass(frozen=True)
class Language:
    """The texts of a language, in tables: `words`, `sections`, `notes` and so on.

    >>> language("en").day(date(2026, 3, 2)), language("zh").day(date(2026, 3, 2))
    ('Mon 2 Mar', '3月2日 周一')
    >>> language("zh").number(0.8123, "share"), language("en").number(float("nan"), "count")
    ('81.2%', '–')
    """

    code: str
    texts: Mapping[str, Mapping[str, Any]]

    def say(self, table: str, key: str, **values: Any) -> str:
        """Return a text of a table with values in their places; a date is written as this language does."""
        written = {name: self._written(value) for name, value in values.items()}
        return str(self.texts[table][key]).format(**written)

    def word(self, key: str) -> str:
        """Return a word, or the key itself where it is a name of the user's."""
        return str(self.texts["words"].get(key, key))

    def formula(self, text: str) -> str:
        """Write an expression over columns in words.

        >>> language("en").formula("sum(answered_within) / sum(offered)")
        'answered in time / calls offered'
        """
        columns = self.texts["columns"]

        def named(found: re.Match) -> str:
            word = columns.get(found[3], found[3])
            return word if found[1] == "sum" else f"{found[1]}({word})"

        return _PLACE.sub(named, text).replace(" - ", " − ").replace(" * ", " × ")

    def number(self, value: Any, kind: str) -> str:
        """Write a value of a kind: count, mean, share, change, seconds, money, points, day or moment."""
        if missing(value):
            return "–"
        if kind in ("day", "moment", "week", "month"):
            return {"day": self.day, "moment": self.moment, "week": self.week, "month": self.month}[kind](
                value
            )
        form = _FORMS.get(kind)
        if form is None:
            return str(value)
        text = format(float(value), form).replace("-", "−")
        # What rounds to nothing has no sign.
        return text if re.search("[1-9]", text) else text.lstrip("−+")

    def exact_share(self, share: float, of: float) -> str:
        """Write a share with as many digits as its part of an amount needs to come out to the cent.

        >>> language("en").exact_share(0.0264516, of=80000), language("en").exact_share(0.015, of=80000)
        ('2.64516%', '1.5%')
        """
        digits = next(n for n in range(1, 13) if n == 12 or abs(round(share, n + 2) - share) * of < 0.0025)
        return f"{share:.{digits}%}"

    def day(self, day: date) -> str:
        """Write a day with its weekday, without the year."""
        return self._date("day", day)

    def whole_day(self, day: date) -> str:
        """Write a day with its year."""
        return self._date("whole_day", day)

    def short_day(self, day: date) -> str:
        """Write a day in a few letters, for an axis."""
        return self._date("short_day", day)

    def month(self, day: date) -> str:
        """Write a month with its year."""
        return self._date("month", day)

    def week(self, day: date) -> str:
        """Write a week by its first day."""
        return self._date("week", day)

    def moment(self, time: datetime) -> str:
        """Write a local time with its day."""
        return f"{self._date('day', time)} {time:%H:%M}"

    def _date(self, form: str, day: date) -> str:
        dates = self.texts["dates"]
        return dates[form].format(
            y=day.year, m=day.month, d=day.day, month=dates["months"][day.month - 1],
            weekday=dates["weekdays"][day.weekday()],
        )  # fmt: skip

    def _written(self, value: Any) -> str:
        if isinstance(value, date):
            return self.whole_day(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return f"{value:,}"
        return f"{value:g}" if isinstance(value, float) else str(value)


_FORMS = {
    "count": ",.0f",
    "mean": ",.1f",
    "share": ".1%",
    "change": "+.1%",
    "seconds": ",.1f",
    "money": ",.2f",
    "points": ",.1f",
    "number": ",.4g",
}


@cache
def language(code: str) -> Language:
    """Return a language by its code, en or zh."""
    if code not in LANGUAGES:
        raise Refused("language", f"unknown language {code!r}", nearest(code, LANGUAGES))
    text = (Path(__file__).parent / f"{code}.toml").read_text(encoding="utf-8")
    return Language(code, tomllib.loads(text))
