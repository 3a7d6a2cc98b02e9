"""What could mend a day of a roster: time off, overtime, extra shifts and swaps that break no hard rule."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from callplan.errors import Refused
from callplan.tables import OFFERS, check
from scheduling.results import Schedule, no_rows
from scheduling.roster.desk import Desk, Offer
from scheduling.roster.published import Tables
from scheduling.rules import Rules


def offers(
    schedule: Tables,
    day: Any,
    requirement: pd.DataFrame,
    rules: Rules,
    people: pd.DataFrame,
    *,
    previous: pd.DataFrame | None = None,
    swap_for: str | None = None,
) -> pd.DataFrame:
    """Return the table `offers` of a day, the best first: what could be offered to whom.

    `schedule` is a roster, or anything with its tables `shifts` and `activities`. The kinds are

    - `time off`, where heads are too many: the last hours of a shift, or all of it, unpaid; no shortage is
      made, and no floor is broken;
    - `overtime`, where heads are missing: one or two hours more after a shift, or before it;
    - `extra shift`, where heads are missing: the best shift of each person who is off;
    - `swap`, where `swap_for` names who wants the day off: who could take that shift, or take it for one of
      their own on another day, which the column `in_exchange` names; `with` is who is off instead.

    Taking one breaks no hard rule: rest, days and hours, skill, availability, opening hours, breaks. The
    length alone of a shift with overtime or time off may be one that the contract has not; fixed shifts of
    a template are never longer or shorter. Each offer is weighed by itself, beside the roster as it is.

    `hours` are paid hours more, or fewer; `gain_h` the agent-hours of shortage that it mends (time off: of
    surplus); `cost` what is paid more with the price of rules, wishes and evenness. The best offer is that
    which saves most by the prices of the rules, cover included; others than swaps save something. `take`
    applies one.

    Raises `Refused` for a day outside the roster, and a person unknown or without a shift that day.

    >>> from scheduling.schedule import schedule
    >>> start = pd.date_range("2024-05-06 08:00", periods=14, freq="30min", tz="Europe/Paris")
    >>> need = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "rostered": 1})
    >>> people = pd.DataFrame({"person": ["Ann"], "contract": "FT", "skills": "sales"})
    >>> rules = Rules(lengths_h=[5], meal_min=0, contracts={"FT": {}})
    >>> roster = schedule(need, rules, people)
    >>> best = offers(roster, start[0], need, rules, people).iloc[0]
    >>> best["person"], best["kind"], float(best["hours"]), float(best["gain_h"])
    ('Ann', 'overtime', 2.0, 2.0)
    """
    return _table(Desk(schedule, day, requirement, rules, people, previous, swap_for).found())


def take(
    schedule: Tables,
    offer: Mapping[str, Any],
    requirement: pd.DataFrame,
    rules: Rules,
    people: pd.DataFrame,
    *,
    previous: pd.DataFrame | None = None,
) -> Schedule:
    """Return the roster after one of its `offers`, a row of that table, is taken; it has no outcome.

    Raises `Refused` for a row that is none of the offers.
    """
    starts = requirement["start"]
    day = offer["start"].tz_convert(starts.dt.tz).date()
    swap_for = offer.get("with") if offer["kind"] == "swap" else None
    for around in (day, day - timedelta(days=1)):  # overtime may begin after midnight
        if around >= starts.min().date():
            desk = Desk(schedule, around, requirement, rules, people, previous, swap_for)
            for found in desk.found():
                if all(found.row[name] == offer[name] for name in ("person", "start", "end", "kind")):
                    return desk.taken(found)
    raise Refused("offer", f"{offer['kind']} of {offer['person']} is none", "take a row of `offers`")


def _table(found: list[Offer]) -> pd.DataFrame:
    """Return the table, the best first."""
    if not found:
        return no_rows(OFFERS)
    rows = pd.DataFrame([offer.row for offer in found])
    rows["with"] = rows["with"].astype(object)
    return check(rows.assign(rank=np.arange(1, len(rows) + 1)), OFFERS)
