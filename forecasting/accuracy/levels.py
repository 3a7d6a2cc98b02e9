"""The levels at which a forecast is compared: interval, day, week, month, quarter."""

import pandas as pd

from callplan.intervals import local_day

# The calendar periods that a level sums to; an interval stays as it is.
_PERIODS = {"interval": "", "day": "D", "week": "W-SUN", "month": "M", "quarter": "Q"}
LEVELS = tuple(_PERIODS)


def local_period(starts: pd.Series, by: str) -> pd.Series:
    """Return the first local day of each instant's day, week, month or quarter, as a naive midnight.

    An interval has its day. Weeks begin on Monday.

    >>> start = pd.Series(pd.to_datetime(["2024-05-09 09:00"]).tz_localize("Europe/Paris"))
    >>> [f"{local_period(start, by).iloc[0]:%d %B}" for by in ("interval", "week", "quarter")]
    ['09 May', '06 May', '01 April']
    """
    days = local_day(starts)
    return days if by in ("interval", "day") else days.dt.to_period(_PERIODS[by]).dt.start_time


def weeks_ahead(lead_days: pd.Series) -> pd.Series:
    """Return the week of lead that a number of days lies in: 1 for days 1 to 7.

    >>> weeks_ahead(pd.Series([1, 7, 8])).tolist()
    [1, 1, 2]
    """
    return (-(-lead_days // 7)).clip(lower=1)
