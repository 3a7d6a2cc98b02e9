"""The content of a `quote.toml` before it is checked: what is not filled in yet, and money as text."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from callplan.errors import Refused
from quoting.terms.units import unit_of

UNFILLED = "?"
"""What the template holds in the place of every figure and text that the user must give."""

_AMOUNT = re.compile(r"(?:([A-Za-z]{3})\s*)?(-?\d+(?:\.\d+)?)(?:\s*([A-Za-z]{3}))?")


def leaves(content: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value that is neither a table nor a list, with its path; lists count from 1.

    >>> list(leaves({"cost": {"wages": [{"per_h": 12}]}}))
    [('cost.wages.1.per_h', 12)]
    """
    if not isinstance(content, Mapping | list):
        yield path, content
        return
    inside = content.items() if isinstance(content, Mapping) else enumerate(content, 1)
    for key, inner in inside:
        yield from leaves(inner, f"{path}.{key}".lstrip("."))


def refuse_unfilled(content: Mapping[str, Any]) -> None:
    """Refuse content in which a question mark of the template still stands.

    >>> refuse_unfilled({"name": "A hotline", "cost": {"wages": [{"skill": "?", "per_h": "?"}]}})
    Traceback (most recent call last):
    callplan.errors.Refused: cost.wages.1.skill: found '?'; fill it in (and 1 more: cost.wages.1.per_h)
    """
    places = [path.removesuffix(".value") for path, value in leaves(content) if value == UNFILLED]
    if places:
        shown = ", ".join(places[1:5]) + (", ..." if len(places) > 5 else "")
        more = f" (and {len(places) - 1} more: {shown})" if shown else ""
        raise Refused(places[0], f"found {UNFILLED!r}", f"fill it in{more}")


def refuse_blank(content: Mapping[str, Any]) -> None:
    """Refuse a text of blanks alone, which would stand in an offer as if something were said.

    >>> refuse_blank({"integration": {"access": "  "}})
    Traceback (most recent call last):
    callplan.errors.Refused: integration.access: a text of blanks alone; write the text, or leave the key out
    """
    for path, value in leaves(content):
        if isinstance(value, str) and value and not value.strip():
            raise Refused(path, "a text of blanks alone", "write the text, or leave the key out")


def refuse_truth(content: Mapping[str, Any]) -> None:
    """Refuse true and false in the place of a figure, where they would count as 1 and 0.

    >>> refuse_truth({"staff": {"shrinkage": False}})
    Traceback (most recent call last):
    callplan.errors.Refused: staff.shrinkage: found false; give a figure or a text
    """
    for path, value in leaves(content):
        if (
            isinstance(value, bool)
            and path != "traffic.aht_as_given"
            and not path.startswith("staff.shifts.")
        ):
            raise Refused(path, f"found {str(value).lower()}", "give a figure or a text")


def in_currency(content: Any, currency: str, path: str = "") -> Any:
    """Return content with money such as "12.50 EUR" as numbers; refuse money of another currency.

    A table may name its currency too, as `currency = "EUR"`.

    >>> in_currency({"cost": {"setup": "900 EUR"}}, "EUR")
    {'cost': {'setup': 900.0}}
    >>> in_currency({"cost": {"setup": "900 USD"}}, "EUR")
    Traceback (most recent call last):
    callplan.errors.Refused: cost.setup: found '900 USD' in a quote in EUR; give all money in EUR
    """
    if isinstance(content, list):
        return [in_currency(item, currency, f"{path}.{n}") for n, item in enumerate(content, 1)]
    if isinstance(content, Mapping):
        named = content.get("currency", currency) if path else currency
        if named != currency:
            raise _another(f"{path}.currency", named, currency)
        kept = {key: inner for key, inner in content.items() if not path or key != "currency"}
        return {key: in_currency(inner, currency, f"{path}.{key}".lstrip(".")) for key, inner in kept.items()}
    if not isinstance(content, str) or not unit_of(path.removesuffix(".value")).startswith("money"):
        return content
    amount = _AMOUNT.fullmatch(content.strip())
    codes = {code.upper() for code in (amount[1], amount[3]) if code} if amount else set()
    if amount is None or not codes:
        return content
    if codes != {currency}:
        raise _another(path, content, currency)
    return float(amount[2])


def _another(path: str, found: Any, currency: str) -> Refused:
    return Refused(path, f"found {found!r} in a quote in {currency}", f"give all money in {currency}")
