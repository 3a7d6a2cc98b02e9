"""The picture of a day: what came, what is expected, who is needed and there."""

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused
from reporting.today import describe_today, plot_today

ZONE = "Europe/Paris"
NOW = pd.Timestamp("2024-05-07 10:15", tz=ZONE)


def day() -> pd.DataFrame:
    start = pd.date_range("2024-05-07 09:00", periods=6, freq="30min", tz=ZONE)
    return pd.DataFrame(
        {
            "queue": "sales",
            "start": start,
            "minutes": 30,
            "morning": 50.0,
            "came": [60.0, 58.0, np.nan, np.nan, np.nan, np.nan],
            "calls": [60.0, 58.0, 55.0, 54.0, 53.0, 52.0],
            "calls_lo": [np.nan, np.nan, 45.0, 45.0, 44.0, 43.0],
            "calls_hi": [np.nan, np.nan, 65.0, 64.0, 63.0, 62.0],
            "needed": [10.0, 10.0, 9.0, 9.0, 8.0, 8.0],
            "present": [9.0, 9.0, 7.5, 9.0, 9.0, 9.0],
            "short": [1.0, 1.0, 1.5, 0.0, 0.0, 0.0],
            "spare": [0.0, 0.0, 0.0, 0.0, 1.0, 1.0],
            "service_level": 0.8,
            "state": ["over"] * 2 + ["to come"] * 4,
        }
    )


def test_the_picture_shows_the_day_so_far_and_to_come():
    below = plot_today(day(), NOW)
    above = below.figure.axes[0]
    drawn = {line.get_label(): line.get_ydata() for line in above.lines}
    assert np.nansum(drawn["what came"]) == 118
    assert np.nansum(drawn["expected now"]) == 55 + 54 + 53 + 52
    needed = next(patch for patch in below.patches if patch.get_label() == "needed")
    assert np.nansum(needed.get_data().values) == 54
    # Now is half way through the third interval.
    marks = [line.get_xdata()[0] for line in below.lines if line.get_linestyle() == ":"]
    assert marks[0] - below.get_xlim()[0] - 20 == pytest.approx(2 * 30 + 15)


def test_the_sentence_says_it():
    said = describe_today(day(), NOW)
    assert said.startswith("At Tue 7 May 10:15 118 calls had come where 100 were forecast; 214 more")
    assert said.endswith("At most 1.5 heads are short, at Tue 7 May 10:00.")
    full = day().assign(short=0.0)
    assert describe_today(full, NOW).endswith("No interval to come is short of heads.")


def test_two_queues_are_two_pictures():
    both = pd.concat([day(), day().assign(queue="help")])
    with pytest.raises(Refused, match="several queues"):
        plot_today(both, NOW)
