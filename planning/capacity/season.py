"""Leave and absence by week: what a site states, or what its own records show."""

import warnings

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark
from callplan.hours import WEEKDAYS
from callplan.intervals import local_day
from callplan.tables import ABSENCES, check
from planning.capacity.terms import MONTHS, Season


def estimate_season(absences: pd.DataFrame) -> Season:
    """Return leave by month, and absence by weekday and month, as a table `ABSENCES` shows them.

    Leave is Σ leave / Σ planned hours of the month, absence Σ absent / Σ (planned - leave) hours of the
    weekday; a month's factor is its absent hours over those that its weekdays alone would have. Months
    without a row have the leave of all together, and the factor 1: remarked.

    >>> days = pd.date_range("2024-01-01", periods=364, tz="Europe/Paris")
    >>> rows = pd.DataFrame({"start": days, "planned_h": 100.0, "absent_h": [9.0, 3, 3, 3, 3, 3, 3] * 52})
    >>> estimate_season(rows).absence["mon"], estimate_season(rows).absence["tue"]
    (0.09, 0.03)
    """
    rows = check(absences, ABSENCES)
    if "leave_h" not in rows:
        rows["leave_h"] = 0.0
    rows["leave_h"] = rows["leave_h"].fillna(0.0)
    rows["due_h"] = rows["planned_h"] - rows["leave_h"]
    wrong = (rows["due_h"] < 0) | (rows["absent_h"] > rows["due_h"])
    if wrong.any():
        day = rows.loc[wrong, "start"].iloc[0]
        raise Refused(
            f"absences, {day:%Y-%m-%d}", "more hours lost than planned", "planned_h holds leave and absence"
        )
    dates = local_day(rows["start"])
    weekday = dates.dt.day_of_week.map(dict(enumerate(WEEKDAYS)))
    month = (dates.dt.month - 1).map(dict(enumerate(MONTHS)))
    absence = _shares(rows["absent_h"], rows["due_h"], weekday)
    usual_h = rows["due_h"] * weekday.map(absence).astype(float)
    leave = _shares(rows["leave_h"], rows["planned_h"], month)
    factor = _shares(rows["absent_h"], usual_h, month)
    unseen = [name for name in MONTHS if name not in leave]
    if unseen:
        mean = float(rows["leave_h"].sum() / max(rows["planned_h"].sum(), 1e-9))
        leave |= dict.fromkeys(unseen, mean)
        warnings.warn(
            f"absences: no day in {', '.join(unseen)}: leave there is the mean, {mean:.1%}",
            Remark,
            stacklevel=2,
        )
    return Season(leave=leave, absence=absence, absence_season=factor)


def _shares(part: pd.Series, whole: pd.Series, by: pd.Series) -> dict[str, float]:
    """Return Σ part / Σ whole by group; groups without any whole are left out."""
    sums = pd.DataFrame({"part": part, "whole": whole}).groupby(by).sum().query("whole > 0")
    return {str(name): float(row["part"] / row["whole"]) for name, row in sums.iterrows()}


def away_by_week(season: Season, days: pd.Series) -> pd.DataFrame:
    """Return the columns leave and absence by week, weighted by the hours needed on each day.

    `days` are needed hours by local day, a naive midnight; weeks are numbered from the first Monday. A
    week without need is weighted evenly.
    """
    at = pd.DatetimeIndex(days.index)
    month = [MONTHS[number - 1] for number in at.month]
    leave = np.array([season.leave.get(name, 0.0) for name in month])
    weekday = np.array([season.absence.get(WEEKDAYS[number], 0.0) for number in at.day_of_week])
    absence = weekday * [season.absence_season.get(name, 1.0) for name in month]
    week = (at - at[0]).days // 7
    hours = days.groupby(week).transform("sum").to_numpy()
    weight = np.where(hours > 0, days.to_numpy(), 1.0)
    spared = weight * (1 - leave)
    sums = pd.DataFrame(
        {"weight": weight, "leave": weight * leave, "spared": spared, "absence": spared * absence}
    )
    sums = sums.groupby(week).sum()
    return pd.DataFrame(
        {"leave": sums["leave"] / sums["weight"], "absence": sums["absence"] / sums["spared"]}
    ).reset_index(drop=True)
