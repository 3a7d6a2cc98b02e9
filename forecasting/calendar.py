"""The days that differ: public holidays by country, and when a queue is open."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from pydantic import model_validator

from callplan.errors import Refused, nearest
from callplan.hours import OpeningHours
from callplan.settings import Settings


class Calendar(Settings):
    """What is known of days beforehand: `country` and `subdivision` (ISO codes) and opening hours.

    >>> Calendar("US").holidays(date(2003, 10, 1), date(2003, 10, 31))
    {datetime.date(2003, 10, 13): 'Columbus Day'}
    """

    country: str | None = None
    subdivision: str | None = None
    hours: OpeningHours | None = None

    def __init__(self, /, country: str | None = None, **fields: Any) -> None:
        # The country may be given first, without its name.
        super().__init__(**({} if country is None else {"country": country}), **fields)

    @model_validator(mode="after")
    def _is_known(self) -> "Calendar":
        if self.country is None:
            if self.subdivision is not None:
                raise Refused(
                    "subdivision", f"found {self.subdivision!r} without a country", "name the country too"
                )
            return self
        from holidays import list_supported_countries

        known = list_supported_countries()
        if self.country not in known:
            raise Refused("country", f"unknown country {self.country!r}", nearest(self.country, known))
        if self.subdivision is not None and self.subdivision not in known[self.country]:
            advice = nearest(self.subdivision, known[self.country])
            raise Refused(
                "subdivision", f"unknown subdivision {self.subdivision!r} of {self.country}", advice
            )
        return self

    def holidays(self, first: date, last: date) -> dict[date, str]:
        """Return the public holidays from `first` to `last`, by date; none without a country."""
        if self.country is None:
            return {}
        from holidays import country_holidays

        years = range(first.year, last.year + 1)
        named = country_holidays(self.country, subdiv=self.subdivision, years=years)
        return {day: named[day] for day in sorted(named) if first <= day <= last}

    def holiday_names(self, days: pd.DatetimeIndex) -> np.ndarray:
        """Return the holiday's name for each day of a range, empty where it is none."""
        named = self.holidays(days[0].date(), days[-1].date())
        return np.array([named.get(day.date(), "") for day in days], dtype=object)
