"""The roster as an Excel workbook: a sheet by person and day, one a day by interval, charts, fairness."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from callplan.errors import Refused
from reporting.charts import draw_weeks
from reporting.day_sheets import write_days
from reporting.parts import ROSTER, present
from reporting.people_sheets import KINDS, write_people
from reporting.roster import AWAY, days_of
from reporting.sheets import new_book, write_summary, write_table

# What must be there to be drawn; its sheets are drawn, and the activities are on no other.
_DRAWN = ("shifts", "activities", "coverage")
# What should be spread evenly.
_SPREAD = ("nights", "weekends", "late_ends")


def write_roster_workbook(
    tables: Mapping[str, pd.DataFrame],
    path: str | Path,
    *,
    title: str,
    summary: Sequence[str],
    kinds: Mapping[str, str] = KINDS,
) -> None:
    """Write a roster as one Excel workbook; the same input gives the same bytes.

    `tables` are called as in `callplan.tables`: shifts, activities and coverage, and of duties, outcome,
    broken, conflicts, changes, offers and shift_plan those that there are. From the first three come the
    sheets by person and day, one for each day by person and interval, and the charts; every other table
    has a sheet of its own. `kinds` names kinds of shifts by the clock time (HH:MM, ascending) from which
    they begin, the last one over midnight to the first; shifts are coloured by them. Raises `Refused`
    where a table to be drawn has no rows.
    """
    tables = present(tables, ROSTER)
    for name in _DRAWN:
        if name not in tables:
            raise Refused(name, "no rows", "there is no roster to draw without them")
    shifts, activities, coverage = (tables[name].reset_index(drop=True) for name in _DRAWN)
    people = sorted(
        {name for table in tables.values() if "person" in table for name in table["person"].dropna()}
    )
    away = activities["activity"].isin(AWAY)
    days = days_of([shifts["start"], activities.loc[away, "start"], coverage["start"]])
    with new_book(path, title) as book:
        write_summary(book, title, summary, ROSTER["outcome"], tables.pop("outcome", None))
        write_people(book, shifts, activities, people, days, kinds)
        charts = book.add_worksheet("Charts")
        del tables["activities"]
        places = {name: write_table(book, ROSTER[name], table) for name, table in tables.items()}
        draw_weeks(book, charts, coverage, places["coverage"])
        if "duties" in tables:
            sheet = book.get_worksheet_by_name(ROSTER["duties"].title)
            for column in _SPREAD:
                place = places["duties"][column]
                bars = {"type": "data_bar", "data_bar_2010": True, "bar_solid": True, "bar_color": "#9CCFEF"}
                sheet.conditional_format(1, place, len(tables["duties"]), place, bars)
        write_days(book, shifts, activities, coverage, days)
