"""What a quote takes as given, figure by figure, and who said it."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from callplan.hours import WEEKDAYS, OpeningHours, Spans
from callplan.settings import Settings
from callplan.tables import QUOTE_ASSUMPTIONS, check
from quoting.billing import WAYS
from quoting.terms.said import Said
from quoting.terms.terms import Terms
from quoting.terms.units import unit_of

# The headings of a quote, and what is told of its figures.
_NO_FIGURES = {"name", "client", "by", "date", "changes", "said"}
# Of the rules of shifts, those that the efficiency of a schedule rests on most; others where they are given.
_SHIFTS = {f"staff.shifts.{key}" for key in ("lengths_h", "start_every_min", "meal_min", "meal_from_h")}


def assumptions(terms: Terms) -> pd.DataFrame:
    """Return every figure and text of the terms with its unit and who said it: table `QUOTE_ASSUMPTIONS`.

    A figure of which nobody said anything is an assumption of the one who quotes, on the quote's day; one
    that was left out is an assumption of callplan, its default. An estimate without a name is the client's.
    What a preset asks for is listed as asked. Lists count from 1.
    """
    rows = [
        {
            "n": n,
            "group": path.partition(".")[0],
            "key": path,
            "value": text_of(value),
            "number": float(value) if _is_number(value) else None,
            "unit": _unit(terms, path) if _is_number(value) else "",
            **source,
        }
        for n, (path, value, source) in enumerate(_listed(terms), 1)
    ]
    return check(pd.DataFrame(rows), QUOTE_ASSUMPTIONS)


def text_of(value: Any) -> str:
    """Return a figure or text as people write it.

    >>> text_of(60000.0), text_of(0.011), text_of(("orders", "returns"))
    ('60,000', '0.011', 'orders; returns')
    """
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.12g}" if _is_number(value) else str(value)


def _listed(terms: Terms) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield the path of each figure, its value, and who said it."""
    unused = _unused(terms)
    for path, value, is_given in _figures(terms, "", True):
        place = path.rstrip("0123456789").rstrip(".")
        if path.partition(".")[0] in _NO_FIGURES or (not is_given and place in unused):
            continue
        if not is_given and path.startswith("staff.shifts.") and place not in _SHIFTS:
            continue
        yield path, value, _source(terms, path) if is_given else _default("default of callplan")
    for name, goal in terms.standard.target.goals().items():
        if getattr(terms.standard, name) is None:
            yield f"standard.{name}", goal, _default(f"preset {terms.standard.preset}")


def _source(terms: Terms, path: str) -> dict[str, Any]:
    """Return what was said of a figure; an assumption without a source or a date is the quote's own."""
    said = terms.said_of(path)
    speakers = {"client_estimate": terms.client, "our_forecast": terms.by, "assumption": terms.by}
    return {
        "kind": said.kind,
        "who": said.who or speakers.get(said.kind, ""),
        "source": said.source or "quote.toml",
        "date": said.date or terms.date,
    }


def _default(source: str) -> dict[str, Any]:
    return Said(who="callplan", source=source).model_dump()


def _figures(settings: Settings, path: str, is_given: bool) -> Iterator[tuple[str, Any, bool]]:
    """Yield each figure or text below some settings, with its path, and whether a user gave it."""
    for name in type(settings).model_fields:
        given = is_given and name in settings.model_fields_set
        yield from _inside(getattr(settings, name), f"{path}.{name}".lstrip("."), given)


def _inside(value: Any, path: str, is_given: bool) -> Iterator[tuple[str, Any, bool]]:
    if isinstance(value, OpeningHours):
        for name, spans in zip(WEEKDAYS, value.week, strict=True):
            if spans:
                yield f"{path}.{name}", _hours(spans), is_given
    elif isinstance(value, Settings):
        yield from _figures(value, path, is_given)
    elif isinstance(value, tuple) and not all(isinstance(item, str) for item in value):
        for n, item in enumerate(value, 1):
            yield from _inside(item, f"{path}.{n}", is_given)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _inside(item, f"{path}.{name}", is_given)
    elif value not in (None, "", ()) and (is_given or value is not False):
        yield path, value, is_given


def _hours(spans: Spans) -> str:
    return ", ".join("-".join(f"{edge // 60:02d}:{edge % 60:02d}" for edge in span) for span in spans)


def _unused(terms: Terms) -> set[str]:
    """Return the keys whose default plays no part in this quote."""
    unused = set()
    if terms.direction.way == "outbound" or terms.traffic.history or isinstance(terms.traffic.profile, str):
        unused.add("traffic.weekdays")
    if terms.direction.way == "outbound":
        unused |= {f"traffic.workload.{key}" for key in type(terms.traffic.workload).model_fields}
        unused |= {"traffic.growth_a_year", "traffic.minutes"}
    if terms.traffic.history:
        unused.add("traffic.doubt")  # its forecast has a band
    if terms.staff.schedule_efficiency != "measured":
        unused |= _SHIFTS
    if terms.staff.attrition_per == "month":
        unused.add("staff.attrition_convention")
    if terms.standard.target.service_level is None:
        unused.add("standard.convention")
    return unused


def _unit(terms: Terms, path: str) -> str:
    """Return the unit of a figure, with the currency and what the figures beside it say of it."""
    unit, key = unit_of(path), path.rpartition(".")[2]
    group, *places = path.split(".")
    if group == "billing":
        method = terms.billing[int(places[0]) - 1].method
        unit = f"money per {WAYS[method].rate_unit}" if key == "rate" else unit
        if key == "minimum":
            unit = {"per_seat_month": "seats", "minimum_volume": "calls per month"}.get(
                method, "money per month"
            )
    elif key == "amount":
        lines = terms.cost.lines if group == "cost" else terms.price.add_ons
        unit = f"money per {lines[int(places[-2]) - 1].per.replace('_', ' ')}"
    elif path in ("price.rate", "price.floor"):
        unit = "share of the cost" if terms.price.basis == "markup" else "share of the price"
    return unit.replace("money", terms.currency)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
