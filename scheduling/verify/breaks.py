"""Rules found broken, one after the other, and the table that they make."""

from datetime import timedelta
from functools import cache
from typing import Any

import pandas as pd

from callplan.intervals import first_instants, pandas_zone
from callplan.tables import BROKEN, check
from scheduling.rules import Rules


class Breaks:
    """Collects broken rules; a rule with a price costs it `times` over, the others are hard."""

    def __init__(self, rules: Rules, zone: Any) -> None:
        self._prices = rules.roster.prices
        self._zone = zone
        self._midnight = cache(self._first_instant)
        self._rows: list[tuple[str, str | None, pd.Timestamp, str | None, str, float | None]] = []

    def at(
        self,
        rule: str,
        person: str | None,
        at: float,
        found: str,
        *,
        times: float = 1.0,
        queue: str | None = None,
    ) -> None:
        """Add a rule broken at an instant, given in minutes since 1970."""
        instant = pd.Timestamp(at * 60, unit="s", tz="UTC").tz_convert(pandas_zone(self._zone))
        self._add(rule, person, instant, found, times, queue)

    def on(self, rule: str, person: str, day: int, found: str, *, times: float = 1.0) -> None:
        """Add a rule broken on a day, or in the week of that Monday."""
        self._add(rule, person, self._midnight(day), found, times, None)

    def _first_instant(self, day: int) -> pd.Timestamp:
        midnight = pd.Series([pd.Timestamp("1970-01-01") + timedelta(days=day)])
        return first_instants(midnight, self._zone).iloc[0]

    def _add(
        self, rule: str, person: str | None, start: pd.Timestamp, found: str, times: float, queue: str | None
    ) -> None:
        price = self._prices[rule] * times if rule in self._prices else None
        self._rows.append((rule, person, start.as_unit("us"), queue, found, price))

    def table(self) -> pd.DataFrame:
        """Return the table `broken`; what is found in one place stands in one row."""
        merged: dict[tuple, tuple[list[str], float | None]] = {}
        for *key, found, price in self._rows:
            texts, cost = merged.get(tuple(key), ([], None if price is None else 0.0))
            merged[tuple(key)] = [*texts, found], None if price is None else (cost or 0.0) + price
        columns = {name: [key[place] for key in merged] for place, name in enumerate(BROKEN.key)}
        table = pd.DataFrame(
            {
                **columns,
                "start": pd.Series(columns["start"], dtype=pd.DatetimeTZDtype("us", pandas_zone(self._zone))),
                "found": ["; ".join(texts) for texts, _ in merged.values()],
                "price": pd.Series([price for _, price in merged.values()], dtype=float),
            }
        )
        return table if table.empty else check(table, BROKEN)
