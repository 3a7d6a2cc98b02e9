"""What the package `holidays` knows of a country: days off, days that differ, weekends, days made up for."""

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from callplan.errors import Refused, closest, nearest

# Kinds of days, other than public holidays, on which offices or banks of many shut or shorten. Left out
# are days that are marked and worked (unofficial, workday), and those of a few (armed forces, women,
# minorities). Catholic days are there for Assumption in most of Bavaria.
_OBSERVED = ("bank", "catholic", "de_facto", "government", "half_day", "optional")

# What a name says beside the holiday: that its date is estimated, or that a neighbour is off instead.
_LABEL = re.compile(
    r"\s*\([^()]*\b(?:observed|estimated|substitut\w+|in lieu)\b[^()]*\)"
    r"|^(?:Alternative holiday|Day off) for "
)
_NAMELESS = {"Day off", "Non-working day", "Substitute Holiday", "Bridge Public Holiday"}

# Names of days by date.
Named = dict[date, str]


@dataclass(frozen=True)
class Country:
    """The days of some years in a country; names are English where the package has them so.

    `observances` are days that differ without being public holidays, `school_holidays` those of the
    region's schools where the package has them, `makeup` the weekend days that are worked in exchange
    for a day off.
    """

    holidays: Named
    observances: Named
    school_holidays: Named
    makeup: frozenset[date]
    is_weekend: Callable[[date], bool]


@lru_cache(maxsize=64)
def country_days(country: str | None, subdivision: str | None, first: int, last: int) -> Country:
    """Return what is known of the years `first` to `last`; without a country only Saturday and Sunday.

    The same holiday has the same name in every year. One year more is asked for on either side, for the
    exchange of a day in January may be made in December.
    """
    if country is None:
        return Country({}, {}, {}, frozenset(), lambda day: day.weekday() >= 5)
    from holidays import country_holidays

    def asked(*kinds: str) -> Any:
        # Without a language the names would be in the machine's own.
        return country_holidays(
            country, subdivision, range(first - 1, last + 2), language="en_US", categories=kinds
        )

    def named(*kinds: str) -> Named:
        supported = [kind for kind in kinds if kind in public.supported_categories]
        days = asked(*supported) if supported else {}
        return {day: _plain(days[day]) for day in sorted(days)}

    with warnings.catch_warnings():
        # For some countries it warns of years that are not covered; there are no days then.
        warnings.simplefilter("ignore")
        public = asked("public")
        holidays, makeup = named("public"), frozenset(public.weekend_workdays)
        observances = {day: name for day, name in named(*_OBSERVED).items() if day not in holidays}
        named_all = _named_by_neighbours(
            holidays, lambda day: day in holidays or (public.is_weekend(day) and day not in makeup)
        )
        return Country(named_all, observances, named("school"), makeup, public.is_weekend)


def _plain(names: str) -> str:
    """Return the name of a day as it is every year; several names in order.

    >>> _plain("New Year's Day (observed); Eid al-Fitr (observed, estimated)")
    "Eid al-Fitr; New Year's Day"
    """
    plain = {_LABEL.sub("", name) for name in names.split("; ")}
    return "; ".join(sorted(plain - _NAMELESS or plain))


def _named_by_neighbours(holidays: Named, is_off: Callable[[date], bool]) -> Named:
    """Name each nameless day off after the nearest holiday that no working day parts it from."""

    def around(day: date, step: int) -> Iterator[date]:
        day += timedelta(days=step)
        while is_off(day):
            yield day
            day += timedelta(days=step)

    def name(day: date) -> str:
        found = [
            (abs(other - day), holidays[other])
            for step in (-1, 1)
            for other in around(day, step)
            if holidays.get(other, "Day off") not in _NAMELESS
        ]
        return min(found, default=(timedelta(0), holidays[day]), key=lambda near: near[0])[1]

    return {day: name(day) if own in _NAMELESS else own for day, own in holidays.items()}


@cache
def _supported() -> dict[str, list[str]]:
    """Return the codes of all countries with those of their subdivisions."""
    from holidays import list_supported_countries

    return list_supported_countries()


def refuse_unknown(country: str, subdivision: str | None) -> None:
    """Refuse a country or a subdivision that is not known, with the one probably meant."""
    known = _supported()
    if country not in known:
        raise Refused("country", f"unknown country {country!r}", _meant(country))
    if subdivision is not None and subdivision not in known[country]:
        found = f"unknown subdivision {subdivision!r} of {country}"
        raise Refused("subdivision", found, nearest(subdivision, known[country]))


def _meant(country: str) -> str:
    """Advise on a country that is not known, which may be given by its English name."""
    from holidays.registry import COUNTRIES

    codes = {module.replace("_", " "): names[1] for module, names in COUNTRIES.items()}
    name = closest(country, codes, alike=0.75)
    return f"did you mean {codes[name]}?" if name else nearest(country, _supported())
