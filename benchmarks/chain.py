"""What weekly plans promised, beside what they deliver when the calls come that really came.

    python benchmarks/chain.py [--quick] [--patience S] [--jobs N] [--every N] [--out FILE]

Each Monday the week that begins is forecast from what came before it, staffed, scheduled as a shift plan, and
promised: service level with its 80% band by day, and hours (`planning.promise`). Then the calls that came are
played: just so many in each interval, through a queue written here from scratch, with absences drawn once.
The data are calls of a French assistance company (2012, learned from 2011 on) and of a bank (2003); they hold
no handling times, patience or absence, which are assumed: 300 s (bank 240 s), 60 s and 30%, exponential, in
the promise as in the play. The more patient callers are, the farther the same miss of the volume moves the
service level: try --patience 180. Without the data it is a year made up.

Exits 1 where the service level promised differs from that delivered by more than 2 points on average, the
bands by day hold fewer than 75 or more than 85% of days, or over a year of weeks, which the bank's data have
not, more than 2 of 10 are off by over 5 points. --quick takes 4 weeks of two queues; of so few days the share
in the bands may differ by two standard deviations more.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

# This folder holds a program called like a room, and Python would look here for it first.
HERE = Path(__file__).resolve().parent
sys.path = [*(folder for folder in sys.path if Path(folder).resolve() != HERE), str(HERE)]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from numba import njit  # noqa: E402
from peers.cases import DATA, load, with_zeros  # noqa: E402

from callplan.intervals import local_day  # noqa: E402
from planning import Site, forecast_site, staff_site  # noqa: E402
from planning.draws import QUANTILES, SPANS  # noqa: E402
from planning.promise import WEEKS, play_site, promise_of  # noqa: E402
from planning.service import schedule_site  # noqa: E402
from planning.steps import bands_site  # noqa: E402

SHRINKAGE, WITHIN_S, GOAL = 0.3, 20.0, 0.8
ON_AVERAGE, A_WEEK, WEEKS_WITHIN, HOLD = 0.02, 0.05, 0.8, (0.75, 0.85)
YEAR = 50  # weeks; single weeks are judged over a year of them
FEW = 100  # days; of fewer, chance alone moves the share that bands hold by several points
DAY_QUEUES = ("CAT", "RTC")


@njit
def replay(arrived_s, talk_s, patience_s, agents, length_s, within_s):
    """Return for each call, in order of arrival, whether it was answered in time.

    Each call takes the agent who is free first; of those at work in an interval, `agents[i]`, the first
    so many. Who is in a call when the number falls ends it.
    """
    free_s = np.zeros(agents.max())
    in_time = np.zeros(len(arrived_s), np.bool_)
    for call in range(len(arrived_s)):
        best_s, who = np.inf, -1
        for agent in range(len(free_s)):
            from_s = max(arrived_s[call], free_s[agent])
            place = int(from_s // length_s)
            while place < len(agents) and agents[place] <= agent:
                place += 1
                from_s = place * length_s
            if place < len(agents) and from_s < best_s:
                best_s, who = from_s, agent
            if best_s <= arrived_s[call]:
                break
        wait_s = best_s - arrived_s[call]
        if who >= 0 and wait_s <= patience_s[call]:
            free_s[who] = best_s + talk_s[call]
            in_time[call] = wait_s <= within_s
    return in_time


def delivered(rows: pd.DataFrame, patience_s: float, rng: np.random.Generator) -> np.ndarray:
    """Return how many calls of each interval are answered in time, by what came and who is rostered."""
    start_s = (rows["start"] - rows["start"].iloc[0]).dt.total_seconds().to_numpy()
    length_s = 60.0 * rows["minutes"].iloc[0]
    came = rows["offered"].to_numpy(int)
    place = np.repeat(np.arange(len(rows)), came)
    arrived_s = start_s[place] + length_s * rng.random(len(place))
    order = np.argsort(arrived_s)
    clock = (start_s // length_s).astype(int)
    agents = np.zeros(clock[-1] + 2, np.int64)
    agents[clock] = rng.binomial(rows["staffed"].round().astype(int), 1 - SHRINKAGE)
    # At closing time they stay for who still waits.
    closing = np.setdiff1d(clock + 1, clock)
    agents[closing] = agents[closing - 1]
    talk_s = rng.exponential(rows["aht_s"].iloc[0], len(place))
    patient_s = rng.exponential(patience_s, len(place))
    in_time = replay(arrived_s[order], talk_s, patient_s, agents, length_s, WITHIN_S)
    return np.bincount(place[order], in_time, minlength=len(rows))


def made_up() -> pd.DataFrame:
    """Return two years of two queues."""
    rng = np.random.default_rng(1)
    start = pd.Series(pd.date_range("2011-01-03", "2012-12-30 23:30", freq="30min", tz="Europe/Paris"))
    start = start[start.dt.hour.between(8, 19)].reset_index(drop=True)
    hour, weekday = start.dt.hour + start.dt.minute / 60, start.dt.day_of_week
    shape = np.exp(-0.5 * ((hour - 13) / 4) ** 2) * np.where(weekday < 5, 1.0, 0.6)
    day = local_day(start)
    parts = []
    for name, size in (("large", 80.0), ("small", 15.0)):
        level = pd.Series(rng.lognormal(0, 0.07, day.nunique()), day.unique())[day].to_numpy()
        calls = rng.poisson(size * shape * level).astype(float)
        parts.append(pd.DataFrame({"queue": name, "start": start, "minutes": 30, "offered": calls}))
    return pd.concat(parts, ignore_index=True)


def assistance() -> pd.DataFrame:
    """Return the six queues; those of the day without their nights, which hold next to no call."""
    history = with_zeros(load(DATA / "assistance_fr_2011_2012.csv.gz", "Europe/Paris"))
    slot = [history["queue"], history["start"].dt.day_of_week, history["start"].dt.time]
    usual = history["offered"].groupby(slot).transform("mean")
    return history[(usual >= 0.5) | ~history["queue"].isin(DAY_QUEUES)].reset_index(drop=True)


def cases(patience_s: float) -> list[tuple[str, pd.DataFrame, Site, list[pd.Timestamp]]]:
    """Return name, history, settings and Mondays of each set of data."""
    mondays = list(pd.date_range("2012-01-02", "2012-12-17", freq="W-MON"))
    if not DATA.is_dir():
        history = made_up()
        return [("made up", history, site_of(history, "Europe/Paris", None, 300, patience_s), mondays)]
    french, bank = assistance(), load(DATA / "bank_2003.csv", "America/New_York")
    return [
        ("assistance", french, site_of(french, "Europe/Paris", "FR", 300, patience_s), mondays),
        (
            "bank",
            bank,
            site_of(bank, "America/New_York", "US", 240, patience_s),
            list(pd.date_range("2003-05-26", "2003-10-20", freq="W-MON")),
        ),
    ]


def site_of(history: pd.DataFrame, zone: str, country: str | None, aht_s: float, patience_s: float) -> Site:
    """Return the settings: what the queues promise, and what is assumed of callers and agents."""
    queue = {"service_level": GOAL, "within_s": WITHIN_S, "shrinkage": SHRINKAGE}
    queue |= {"patience_s": patience_s, "aht_s": aht_s}
    calendar = {"country": country} if country else {}
    queues = dict.fromkeys(sorted(history["queue"].unique()), queue)
    return Site.from_dict({"zone": zone, "calendar": calendar, "queues": queues}, "site.toml")


def one_week(task: tuple[pd.DataFrame, Site, pd.Timestamp, int]) -> pd.DataFrame:
    """Plan, promise and live through one week; a row for each queue and day."""
    history, site, monday, weeks = task
    warnings.simplefilter("ignore")
    day = local_day(history["start"])
    seen, start = history[day < monday], monday.date()
    forecast = forecast_site(seen, site, start=start, days=7)
    bands = bands_site(seen, site, start=start, days=7, spans=SPANS, quantiles=QUANTILES)
    requirement = staff_site(forecast, site)
    schedule = schedule_site(requirement, site)
    played = play_site(forecast, bands, schedule.coverage, site, weeks=weeks)
    promise = promise_of(played)
    promise = promise[(promise["measure"] == "service_level") & (promise["by"] == "day")]
    came = history[(day >= monday) & (day < monday + pd.Timedelta(weeks=1))][["queue", "start", "offered"]]
    needed = _needed(forecast, came, site)
    rng = np.random.default_rng(monday.toordinal())
    parts = []
    for name, own in played.items():
        rows = own.rows.merge(came[came["queue"] == name], on=["queue", "start"], how="left")
        rows = rows.assign(unknown=rows["offered"].isna(), offered=rows["offered"].fillna(0.0))
        rows["in_time"] = delivered(rows, float(site.queue(name).patience_s or np.inf), rng)
        rows = rows.merge(needed, on=["queue", "start"], how="left")
        rows["staffed_h"], rows["needed_h"] = rows["staffed"] * rows["minutes"] / 60, rows["needed"] / 2
        columns = ["offered", "in_time", "staffed_h", "needed_h", "unknown"]
        sums = rows.groupby(local_day(rows["start"]))[columns].sum()
        stated = promise[promise["queue"] == name]
        stated = stated.set_index(local_day(stated["start"]))
        parts.append(stated[["queue", "calls", "expected", "p10", "p90"]].join(sums))
    result = pd.concat(parts).assign(week=monday)
    # A day that the data lack, a holiday, is none to be held against.
    return result[(result["unknown"] == 0) & (result["offered"] > 0)]


def _needed(forecast: pd.DataFrame, came: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return the heads that the calls that came would have asked for."""
    rows = forecast.merge(came, on=["queue", "start"])
    rows = rows.assign(calls=rows["offered"]).dropna(subset=["offered"])
    requirement = staff_site(rows[forecast.columns].assign(calls_lo=np.nan, calls_hi=np.nan), site)
    return requirement[["queue", "start", "rostered"]].rename(columns={"rostered": "needed"})


def scored(days: pd.DataFrame) -> pd.Series:
    """Return service level promised and delivered, hours, and the share of days that their bands hold."""
    level = days["in_time"] / days["offered"]
    return pd.Series(
        {
            "promised": np.average(days["expected"], weights=days["calls"]),
            "delivered": days["in_time"].sum() / days["offered"].sum(),
            "rostered_h": days["staffed_h"].sum(),
            "needed_h": days["needed_h"].sum(),
            "calls_off": days["calls"].sum() / days["offered"].sum() - 1,
            "held": ((level >= days["p10"]) & (level <= days["p90"])).mean(),
            "days": len(days),
        }
    )


def show(name: str, days: pd.DataFrame) -> list[str]:
    """Print the table by week and by queue, and return which targets were missed."""
    weeks = days.groupby("week")[list(days.columns)].apply(scored)
    print(f"\n{name}: {GOAL:.0%} within {WITHIN_S:g} s is the goal of every interval\n")
    heads = ("promised", "delivered", "points", "rostered h", "came for h", "calls off", "days held")
    print(f"{'week':12}" + "".join(f"{head:>12}" for head in heads))
    queues = days.groupby("queue")[list(days.columns)].apply(scored)
    whole = scored(days).to_frame("all").T
    for label, row in [*weeks.iterrows(), *queues.iterrows(), *whole.iterrows()]:
        text = f"{label:%Y-%m-%d}" if isinstance(label, pd.Timestamp) else str(label)
        points = 100 * (row["delivered"] - row["promised"])
        print(
            f"{text:12}{row['promised']:>12.1%}{row['delivered']:>12.1%}{points:>+12.1f}"
            f"{row['rostered_h']:>12,.0f}{row['needed_h']:>12,.0f}{row['calls_off']:>+12.1%}{row['held']:>12.0%}"
        )
    off = weeks["delivered"] - weeks["promised"]
    average, near, held = abs(off.mean()), (off.abs() <= A_WEEK).mean(), whole["held"].iloc[0]
    print(
        f"on average {100 * off.mean():+.1f} points; {near:.0%} of {len(weeks)} weeks within "
        f"{100 * A_WEEK:g}; bands hold {held:.1%} of {len(days):,} days"
    )
    slack = 2 * (0.8 * 0.2 / len(days)) ** 0.5 if len(days) < FEW else 0.0
    missed = {
        f"{100 * average:.1f} points off on average": average > ON_AVERAGE,
        f"bands hold {held:.1%} of days": not HOLD[0] - slack <= held <= HOLD[1] + slack,
        f"{near:.0%} of weeks within {100 * A_WEEK:g} points": len(weeks) >= YEAR and near < WEEKS_WITHIN,
    }
    return [f"{name}: {text}" for text, wrong in missed.items() if wrong]


def told(what: str, parts: Iterable[pd.DataFrame], count: int) -> Iterator[pd.DataFrame]:
    """Pass parts on, and show on standard error how far the work is."""
    for number, part in enumerate(parts, 1):
        print(f"\r{what} {number} of {count}  ", end="", file=sys.stderr, flush=True)
        yield part
    print("\r" + " " * 40 + "\r", end="", file=sys.stderr)


def main() -> int:
    """Live through the weeks, print, and say which targets were missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--patience", type=float, default=60.0, help="mean patience assumed, seconds")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, help="take every such week alone")
    parser.add_argument("--out", type=Path, help="write the days here (.csv)")
    asked = parser.parse_args()
    missed, found, begun = [], [], time.perf_counter()
    for name, history, site, mondays in cases(asked.patience):
        if asked.quick:
            if name == "bank":
                continue
            kept = sorted(site.queues)[-4:-2] if len(site.queues) > 2 else sorted(site.queues)
            history, site, mondays = history[history["queue"].isin(kept)], site.only(kept), mondays[::14]
        tasks = [(history, site, monday, WEEKS) for monday in mondays[:: asked.every]]
        with ProcessPoolExecutor(asked.jobs, mp_context=get_context("spawn")) as pool:
            lived = (map if asked.jobs == 1 else pool.map)(one_week, tasks)
            days = pd.concat(told(f"{name}, week", lived, len(tasks)))
        found.append(days.assign(data=name))
        missed += show(name, days)
    print(f"\n{time.perf_counter() - begun:,.0f} s")
    if asked.out:
        pd.concat(found).to_csv(asked.out)
    print(*[f"missed: {text}" for text in missed] or ["all targets met"], sep="\n")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
