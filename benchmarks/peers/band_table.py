"""How often the bands of `auto` hold what came, beside Poisson's about the same means, and Prophet's."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

import forecasting
from callplan.intervals import local_day
from peers import with_prophet
from peers.cases import Case
from peers.scores import BANDS, LEAST_WEEKS, QUANTILES, band_score, pinball

DAYS = 7
BUSY = 10
"""Calls from which on a band's whole numbers no longer make it hold more than it promises."""


@dataclass(frozen=True)
class Banded:
    """Spans of one kind that were scored, and each method's quantiles of them (rows × `QUANTILES`).

    Rows are NaN where a method was not tried.
    """

    rows: pd.DataFrame
    quantiles: dict[str, np.ndarray]

    def where(self, kept: np.ndarray) -> "Banded":
        """Return those rows alone."""
        return Banded(self.rows[kept], {name: values[kept] for name, values in self.quantiles.items()})


def auto_bands(case: Case, origin: pd.Timestamp) -> pd.DataFrame:
    """Return quantiles of `auto` one week ahead of an origin: by span, queue and start, a column each."""
    bands = forecasting.bands(
        case.table(),
        DAYS,
        start=origin.date(),
        spans=("interval", "day"),
        quantiles=QUANTILES,
        model="auto",
        calendar=case.calendar,
    )
    # A day is known by its date, whichever instant it is said to begin at.
    start = bands["start"].where(bands["span"] == "interval", local_day(bands["start"]).dt.tz_localize("UTC"))
    keys = {"span": bands["span"], "queue": bands["queue"], "start": pd.to_datetime(start, utc=True)}
    return bands.assign(**keys).pivot_table(index=[*keys], columns="quantile", values="calls")


def ours(rows: pd.DataFrame, span: str, found: dict[pd.Timestamp, pd.DataFrame]) -> np.ndarray:
    """Return auto's quantiles of the rows, 0 where it takes a queue for closed."""
    result = np.zeros((len(rows), len(QUANTILES)))
    key = rows["start"] if span == "interval" else rows["day"].dt.tz_localize("UTC")
    for origin, table in found.items():
        due = (rows["origin"] == origin).to_numpy()
        wanted = pd.MultiIndex.from_arrays(
            [[span] * due.sum(), rows.loc[due, "queue"], key[due].dt.tz_convert("UTC")],
            names=table.index.names,
        )
        result[due] = table.reindex(wanted)[list(QUANTILES)].fillna(0).to_numpy()
    return result


def open_rows(case: Case, scored: pd.DataFrame) -> pd.DataFrame:
    """Return the half hours at whose weekday and time some call came in the eight weeks before the origin."""
    kept = []
    for (origin, queue), rows in scored.groupby(["origin", "queue"]):
        seen = case.history
        seen = seen[(seen["queue"] == queue) & (seen["day"] < origin) & (seen["offered"] > 0)]
        seen = seen[seen["day"] >= origin - pd.Timedelta(weeks=8)]
        known = set(zip(seen["day"].dt.day_of_week, seen["slot"], strict=True))
        due = zip(rows["day"].dt.day_of_week, rows["slot"], strict=True)
        kept.append(rows[[pair in known for pair in due]])
    return pd.concat(kept, ignore_index=True)


def prophets(case: Case, rows: pd.DataFrame, span: str, every: int) -> np.ndarray:
    """Return Prophet's quantiles of the rows at every so many origins, NaN at the others."""
    result = np.full((len(rows), len(QUANTILES)), np.nan)
    for origin in case.fitting(DAYS)[::every]:
        for queue in case.queues:
            due = ((rows["origin"] == origin) & (rows["queue"] == queue)).to_numpy()
            past = case.past(queue, origin, DAYS)
            day = (rows.loc[due, "day"] - origin).dt.days
            if span == "interval":
                result[due] = with_prophet.by_half_hour(past, QUANTILES)[1][day, rows.loc[due, "slot"]]
            else:
                result[due] = with_prophet.by_day(past, QUANTILES)[1][day]
    return result


def banded(
    case: Case, rows: pd.DataFrame, span: str, found: dict[pd.Timestamp, pd.DataFrame], every: int | None
) -> Banded:
    """Return what each method says of the rows' spans; Prophet only with `every`."""
    poisson = stats.poisson.ppf(np.array(QUANTILES), rows["calls"].to_numpy()[:, None])
    quantiles = {"auto": ours(rows, span, found), "Poisson": np.maximum(poisson, 0)}
    if every:
        quantiles["Prophet"] = prophets(case, rows, span, every)
    return Banded(rows, quantiles)


def print_bands(case: Case, scored: pd.DataFrame, every: int | None, say: Callable[[str], None]) -> None:
    """Print coverage and scores of the bands one week ahead, from auto's scored half hours."""
    found = {}
    for origin in case.fitting(DAYS):
        say(f"{case.name}: bands from {origin:%Y-%m-%d}")
        found[origin] = auto_bands(case, origin)
    rows = open_rows(case, scored)
    days = rows.groupby(["origin", "queue", "day"], as_index=False)[["offered", "calls"]].sum()
    half_hours = banded(case, rows, "interval", found, every)
    spans = {
        "interval": half_hours,
        f"{BUSY}+ calls": half_hours.where((rows["calls"] >= BUSY).to_numpy()),
        "day": banded(case, days, "day", found, every),
    }
    say("")
    print(f"\n{case.name}: bands one week ahead; scores are multiples of the mean count")
    print(
        f"{'span':<10}{'method':<9}{'weeks':>5}{'n':>7}{'nominal':>9}{'found':>8}{'95% interval':>16}", end=""
    )
    print(f"{'inside':>8}{'interval score':>16}{'pinball':>9}")
    for span, table in spans.items():
        for method, quantiles in table.quantiles.items():
            tried = np.isfinite(quantiles).all(axis=1)
            if tried.any():
                print_band(span, method, table.where(tried).rows, quantiles[tried])


def print_band(span: str, method: str, rows: pd.DataFrame, quantiles: np.ndarray) -> None:
    """Print a line for each nominal coverage."""
    for nominal in BANDS:
        score = band_score(rows, quantiles, nominal)
        print(f"{span:<10}{method:<9}{rows['origin'].nunique():>5}{score.n:>7}{nominal:>9.0%}", end="")
        ends, inside = f"{score.low:.1%} - {score.high:.1%}", "yes" if score.nominal_inside else "no"
        if rows["origin"].nunique() < LEAST_WEEKS:
            ends = inside = "-"
        print(f"{score.coverage:>8.1%}{ends:>16}{inside:>8}{score.interval_score:>16.3f}", end="")
        print(f"{pinball(rows, quantiles):>9.4f}")
