"""The words by which a row of totals is known."""

import re
from collections.abc import Iterable

_WORDS = (
    r"(?:grand|sub|day|daily|week|weekly|month|monthly|report|overall)?[ -]?(?:totals?|sum|summary)",
    "average|avg",
    "合计|总计|小计|汇总|平均|gesamt|gesamtsumme|summe|zwischensumme|insgesamt|sous[- ]?total|totales",
)


def pattern(own: Iterable[str] = ()) -> str:
    """Return the words as one pattern for text in lower case; `own` are a profile's."""
    return "|".join([*_WORDS, *(re.escape(word.lower()) for word in own)])


def says_totals(text: str) -> bool:
    """Tell whether a text begins with such a word.

    >>> says_totals("Grand Total:"), says_totals("Totally Fine Ltd")
    (True, False)
    """
    return re.match(rf"({pattern()})(\W|$)", text.lower()) is not None
