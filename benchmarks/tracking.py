"""A year of calls imported, forecast and published week by week, and held against what came.

    python benchmarks/tracking.py [--quick] [--model NAME] [--figure FILE]

The four larger queues of a French assistance company, 2011 and 2012, where they are; without them two
queues are made up. Each week's calls are written as a queueing system would export them (Genesys Cloud's
columns; all calls count as handled, and the handling time is made up), read by `intake.read_export` and
imported into a store in a DuckDB file. On each Monday of the last year the planner imports the week that is
over, and forecasts, staffs and publishes the one after next Sunday: a week's notice. At the end all that was
published is tracked.

The ledger's figures are then computed anew, in plain pandas from the files written and the forecasts kept
aside. Exits 1 where one differs. --quick takes the last 6 weeks and the model mean_of_8.
"""

import argparse
import hashlib
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

# This folder holds a program called like a room, and Python would look here for it first.
HERE = Path(__file__).resolve().parent
sys.path = [*(folder for folder in sys.path if Path(folder).resolve() != HERE), str(HERE)]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from peers.cases import DATA, FRENCH, load, with_zeros  # noqa: E402

from callplan.intervals import local_day  # noqa: E402
from callplan.store import Store, open_store  # noqa: E402
from intake import read_export  # noqa: E402
from planning import Ledger, Site, forecast_site, publish, staff_site, track  # noqa: E402

ZONE, AHT_S = "Europe/Paris", 300
FIRST, LAST, QUICK_WEEKS = pd.Timestamp("2012-01-09"), pd.Timestamp("2012-12-17"), 6
LEVELS = {"interval": None, "day": "D", "week": "W-SUN", "month": "M"}
WEEK = pd.Timedelta(weeks=1)


@dataclass
class Kept:
    """What stays outside the store, to compute the ledger's figures from."""

    files: list[Path] = field(default_factory=list)
    forecasts: list[pd.DataFrame] = field(default_factory=list)


def say(text: str) -> None:
    """Show how far the work is, on standard error."""
    print(f"\r{text[:78]:<78}", end="", file=sys.stderr, flush=True)


def calls() -> pd.DataFrame:
    """Return two years of calls; a queue's row that is absent is zero calls here."""
    file = DATA / "assistance_fr_2011_2012.csv.gz"
    if file.exists():
        history = load(file, ZONE)
        return with_zeros(history[history["queue"].isin(FRENCH)])
    rng = np.random.default_rng(1)
    start = pd.Series(pd.date_range("2011-01-01", "2012-12-27 23:30", freq="30min", tz=ZONE))
    hour, weekday = start.dt.hour + start.dt.minute / 60, start.dt.day_of_week
    shape = 0.1 + np.exp(-0.5 * ((hour - 12) / 4) ** 2) * np.where(weekday < 5, 1.0, 0.6)
    day = local_day(start)
    level = pd.Series(rng.lognormal(0, 0.05, day.nunique()), day.unique())[day].to_numpy()
    parts = [
        pd.DataFrame(
            {"queue": name, "start": start, "minutes": 30, "offered": rng.poisson(size * shape * level)}
        )
        for name, size in (("large", 100.0), ("small", 15.0))
    ]
    return pd.concat(parts, ignore_index=True).astype({"offered": float})


def site_of(history: pd.DataFrame, model: str) -> Site:
    """Return the settings: what the queues promise is made up."""
    queue = {"service_level": 0.8, "within_s": 20, "shrinkage": 0.3, "patience_s": 180, "aht_s": AHT_S}
    queues = dict.fromkeys(sorted(history["queue"].unique()), queue)
    return Site.from_dict(
        {"zone": ZONE, "model": model, "calendar": {"country": "FR"}, "queues": queues}, "site.toml"
    )


def export(rows: pd.DataFrame, path: Path) -> None:
    """Write a week's calls as Genesys Cloud does."""
    offered = rows["offered"].astype(int)
    frame = pd.DataFrame(
        {"Interval Start": rows["start"].map(pd.Timestamp.isoformat), "Queue": rows["queue"]}
    )
    frame = frame.assign(**{"Media Type": "voice", "Offered": offered, "Interactions Handled": offered})
    frame.assign(**{"Total Handle Time (Seconds)": AHT_S * offered}).to_csv(path, index=False)


def take_in(store: Store, path: Path, now: pd.Timestamp) -> None:
    """Import a file into the store."""
    file = read_export(path, zone=ZONE, minutes=30)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    store.put_history(
        file.batches(),
        file=path.name,
        digest=digest,
        profile=file.profile.name,
        who="planner",
        now=now.to_pydatetime(),
        reading=lambda: (file.read.rows_read, file.read.rows_refused),
    )


def run(store: Store, history: pd.DataFrame, site: Site, first: pd.Timestamp, folder: Path) -> Kept:
    """Live through the weeks as a planner does."""
    kept, day = Kept(), local_day(history["start"])
    begin = day.min()
    for monday in pd.date_range(first - WEEK, LAST + 2 * WEEK, freq="W-MON"):
        say(f"week of {monday:%Y-%m-%d}")
        now = (monday + pd.Timedelta(hours=9)).tz_localize(ZONE)
        # The first file holds all that was before.
        rows = history[(day >= begin) & (day < monday)]
        begin = monday
        if len(rows):
            kept.files.append(folder / f"calls_{monday:%Y-%m-%d}.csv")
            export(rows, kept.files[-1])
            take_in(store, kept.files[-1], now)
        if monday + WEEK > LAST:
            continue
        forecast = forecast_site(store.history(zone=ZONE), site, start=(monday + WEEK).date(), days=7)
        requirement = staff_site(forecast, site)
        publish(store, site, forecast, who="planner", now=now.to_pydatetime(), requirement=requirement)
        kept.forecasts.append(forecast)
    return kept


def anew(kept: Kept) -> pd.DataFrame:
    """Return n, wape, bias and hit_rate by queue and level, from the files and forecasts alone."""
    raw = pd.concat([pd.read_csv(path) for path in kept.files])
    raw["start"] = pd.to_datetime(raw["Interval Start"], utc=True)
    said = pd.concat(kept.forecasts)[["queue", "start", "calls"]]
    said["start"] = said["start"].dt.tz_convert("UTC")
    came = raw.rename(columns={"Queue": "queue", "Offered": "offered"})[["queue", "start", "offered"]]
    both = said.merge(came, on=["queue", "start"])
    local = both["start"].dt.tz_convert(ZONE).dt.tz_localize(None)
    found = []
    for by, rule in LEVELS.items():
        span = both["start"] if rule is None else local.dt.to_period(rule)
        sums = both.groupby(["queue", span])[["calls", "offered"]].sum()
        sums["error"] = sums["calls"] - sums["offered"]
        sums["absolute"], sums["within"] = sums["error"].abs(), sums["error"].abs() <= 0.05 * sums["offered"]
        of = sums.groupby("queue")
        total = of["offered"].sum()
        columns = {"n": of.size(), "wape": of["absolute"].sum() / total, "bias": of["error"].sum() / total}
        found.append(pd.DataFrame({**columns, "hit_rate": of["within"].mean()}).assign(by=by))
    return pd.concat(found).reset_index().set_index(["queue", "by"]).sort_index()


def faults(ledger: Ledger, kept: Kept) -> list[str]:
    """Say which of the ledger's figures differ from those computed anew."""
    expected = anew(kept)
    rows = ledger.ledger.assign(absolute=ledger.ledger["error"].abs())
    of = rows.groupby(["queue", "by"])
    total = of["offered"].sum()
    scored = pd.DataFrame(
        {
            "n": of.size(),
            "wape": of["absolute"].sum() / total,
            "bias": of["error"].sum() / total,
            "hit_rate": of["within"].mean(),
        }
    )
    chain = ledger.value_added[ledger.value_added["step"] == "published"].set_index(["queue", "by"])
    said = []
    for name, table in (("ledger", scored), ("value added", chain)):
        for column in expected:
            off = (table[column].reindex(expected.index) - expected[column]).abs()
            said += [f"{name}, {queue} by {by}: {column}" for queue, by in off.index[~(off < 1e-9)]]
    parts = (rows["volume_h"] + rows["aht_h"] - rows["over_h"] + rows["short_h"]).abs().max()
    return said + ([f"parts of the hours are {parts:g} h off"] if not parts < 1e-6 else [])


def show(ledger: Ledger) -> None:
    """Print what the ledger says of each queue."""
    heads = [
        "WAPE",
        "floor",
        "within 5%",
        "attainable",
        "naive",
        "statistical",
        "published",
        "over h",
        "short h",
    ]
    print(f"{'':14}{'':10}" + "".join(f"{head:>12}" for head in heads) + f"{'alarms':>8}")
    for name, rows in ledger.ledger.groupby("queue"):
        accuracy = ledger.accuracy[ledger.accuracy["queue"] == name].groupby("by")
        steps = ledger.value_added[ledger.value_added["queue"] == name].set_index(["by", "step"])["wape"]
        for by in LEVELS:
            level = rows[rows["by"] == by]
            came = level["offered"].sum()
            shares = [level["error"].abs().sum() / came, level["floor"].sum() / came, level["within"].mean()]
            shares += [accuracy.get_group(by)["attainable"].mean()]
            shares += [steps.get((by, step), np.nan) for step in ("naive", "statistical", "published")]
            hours = "".join(f"{level[column].sum():>12,.0f}" for column in ("over_h", "short_h"))
            alarms = f"{(ledger.alarms['queue'] == name).sum():>8}" if by == "day" else ""
            said = "".join(f"{share:>12.1%}" for share in shares)
            print(f"{name if by == 'interval' else '':14}{by:10}{said}{hours}{alarms}")
    print(*(f"  {text}" for text in ledger.alarms["text"]), sep="\n")


def main() -> int:
    """Run the year, print the ledger, and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--model", default=None)
    parser.add_argument("--figure", type=Path, help="the control chart of the first queue, .png or .svg")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    model = asked.model or ("mean_of_8" if asked.quick else "auto")
    history = calls()
    site = site_of(history, model)
    first = LAST - (QUICK_WEEKS - 1) * WEEK if asked.quick else FIRST
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "store.duckdb") as store:
        begun = time.perf_counter()
        kept = run(store, history, site, first, Path(folder))
        published = time.perf_counter()
        ledger = track(store, site, now=pd.Timestamp("2013-01-15", tz=ZONE).to_pydatetime())
        tracked = time.perf_counter()
        say("")
        wrong = faults(ledger, kept)
    print(f"\r{len(kept.files)} files, {len(kept.forecasts)} weeks published by {model} a week ahead\n")
    show(ledger)
    print(*ledger.remarks, sep="\n")
    weeks = len(kept.forecasts)
    print(f"\n{(published - begun) / weeks:.1f} s a week to import, forecast, staff and publish; ", end="")
    print(f"{tracked - published:.1f} s to track {len(ledger.ledger):,} rows")
    if asked.figure:
        draw(ledger, asked.figure)
    print(
        *[f"differs: {text}" for text in wrong] or ["the same figures, computed anew from the files"],
        sep="\n",
    )
    return 1 if wrong else 0


def draw(ledger: Ledger, path: Path) -> None:
    """Write the control chart of the first queue."""
    from reporting.pictures import save_picture
    from reporting.tracking import plot_control_chart

    rows = ledger.ledger[ledger.ledger["queue"] == ledger.ledger["queue"].iloc[0]]
    save_picture(plot_control_chart(rows, ledger.alarms).figure, path)


if __name__ == "__main__":
    sys.exit(main())
