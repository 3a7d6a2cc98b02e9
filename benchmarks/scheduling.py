"""How near the cheapest plan a shift plan comes, and how soon: weeks day and night, and shift design.

    python benchmarks/scheduling.py [--quick] [--design-s SECONDS]

Weeks: shifts of 4 to 10 hours on 30 minutes, from 6 hours on with an unpaid meal; then with two rests of
15 minutes as well, and to the service level of the day. The bound is that of the linear relaxation.
Seconds are those of `schedule()` on the clock. The peer, pyworkforce's MinRequiredResources with hours as
costs, has the same menu as columns, and runs in a process of its own.

Shift design: the cyclic instances of Di Gaspero, Gärtner, Kortsarz, Musliu, Schaerf and Slany (2007, "The
minimum shift design problem", Annals of Operations Research 155), minutes under, minutes over and 60 for
each distinct shift. They, and the curves of the weeks, are read where they are; without them the weeks
are made up. Exits 1 where a target is missed, 2 where the peer is not installed.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import time
from pathlib import Path

# This file is called like a room, and Python would look here for it first.
sys.path = [folder for folder in sys.path if Path(folder).resolve() != Path(__file__).resolve().parent]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from planning import Site, expected_service, schedule_site, staff_site  # noqa: E402
from scheduling import Outcome, Rules, schedule  # noqa: E402
from scheduling.rules import Kind  # noqa: E402

INSTANCES = Path(__file__).resolve().parents[2] / "shared" / "instances"
DESIGN = INSTANCES / "shift_design"
LENGTHS_H = tuple(np.arange(4, 10.5, 0.5).tolist())
RESTS_H = ((1, 3), (-3, -1))
GAP, SECONDS = 0.005, 10.0
PEER, PEER_S = Path(__file__).parent / "peers" / "with_pyworkforce.py", 45.0
# Instance: what is to be reached, and whether it is to be proven the least; others are only shown.
TARGETS = {
    "DataSet1/RandomExample1": (480, True),
    "DataSet1/RandomExample3": (600, True),
    "DataSet1/RandomExample5": (480, True),
    "DataSet3/RandomExample23": (8280, False),
    "DataSet3/RandomExample25": (13020, False),
}
DESIGN_S = 300.0


def curves() -> dict[str, pd.DataFrame]:
    """Return calls of a week by half hours, of a small, a middling and a large queue, day and night."""
    path = INSTANCES / "generated" / "week_curves.csv"
    if path.exists():
        table = pd.read_csv(path)
        return {str(name): rows for name, rows in table.groupby("curve", sort=False)}
    print(f"no {path.name} here: the weeks are made up\n")
    hour = np.arange(336) % 48 / 2
    shape = np.exp(-((hour - 11) ** 2) / 18) + 0.7 * np.exp(-((hour - 17) ** 2) / 8) + 0.05
    shape *= np.repeat([1.1, 1, 1, 1.02, 0.9, 0.55, 0.4], 48)
    return {
        name: pd.DataFrame({"calls": peak * shape}) for name, peak in zip("SML", (22, 420, 3300), strict=True)
    }


def staffed(name: str, curve: pd.DataFrame) -> tuple[pd.DataFrame, Site]:
    """Return the requirement of a curve, 80/20 at a handling time of 300 s, and its site."""
    start = pd.date_range("2024-05-06", periods=len(curve), freq="30min", tz="UTC")
    forecast = pd.DataFrame(
        {
            "queue": name,
            "start": start,
            "model": "given",
            "cutoff": start[0] - pd.Timedelta(hours=1),
            "minutes": 30,
            "calls": curve["calls"].to_numpy(),
            **dict.fromkeys(("calls_lo", "calls_hi", "level"), np.nan),
            "aht_s": 300.0,
        }
    )
    goals = {"service_level": 0.8, "within_s": 20, "shrinkage": 0.0, "lag": False}
    site = Site.from_dict({"zone": "UTC", "queues": {name: goals}}, "benchmark")
    return staff_site(forecast, site), site.replace(shifts=Rules(lengths_h=LENGTHS_H))


def its(need: list[int], limit_s: float) -> tuple[str, float, float]:
    """Return the peer's status, hours and seconds."""
    command = [sys.executable, str(PEER)]
    done = subprocess.run(
        command, input=json.dumps([need, limit_s]), capture_output=True, text=True, check=True
    )
    status, hours, seconds = json.loads(done.stdout)
    return status, hours, seconds


def timed(
    requirement: pd.DataFrame, site: Site, time_limit_s: float = 60.0
) -> tuple[Outcome, float, pd.DataFrame]:
    """Return the outcome, the seconds on the clock and the coverage of a plan."""
    begun = time.perf_counter()
    found = schedule_site(requirement, site, time_limit_s=time_limit_s)
    return found.outcome[0], time.perf_counter() - begun, found.coverage


def said(met: bool) -> str:
    return "met" if met else "MISSED"


def weeks(quick: bool) -> bool:
    """Print the plans of the weeks; return whether they are near enough, soon enough."""
    print(f"{'week':<24}{'peak':>5}{'cost':>11}{'bound':>11}{'gap':>8}{'seconds':>9}  target")
    all_met = True
    saved = []
    for name, curve in curves().items():
        requirement, site = staffed(name, curve)
        plain, seconds, _ = timed(requirement, site)
        met = plain.gap <= GAP and seconds <= SECONDS
        all_met &= met
        line(name, requirement, plain, seconds, f"{GAP:.1%} in {SECONDS:g} s: {said(met)}")
        if quick and name != "S":
            continue
        rests = site.replace(shifts=site.shifts.replace(rests_h=RESTS_H))
        rested, seconds, _ = timed(requirement, rests, 8.0 if quick else 60.0)
        line(f"{name}, two rests of 15 min", requirement, rested, seconds, "")
        by_day = site.replace(shifts=site.shifts.replace(cover="day"))
        daily, seconds, coverage = timed(requirement, by_day, 8.0 if quick else 60.0)
        line(f"{name}, the day's service", requirement, daily, seconds, "")
        rows = expected_service(coverage, requirement, site).merge(
            requirement[["start", "calls"]], on="start"
        )
        level = np.average(rows["service_level"], weights=rows["calls"])
        least = rows["service_level"].min()
        saved.append(
            f"{name}: {1 - daily.cost / plain.cost:.1%} of the cost saved by the day, "
            f"{level:.1%} in time, no interval below {least:.0%}"
        )
    print("\n".join(["", *saved]))
    return all_met


def line(what: str, requirement: pd.DataFrame, outcome: Outcome, seconds: float, target: str) -> None:
    """Print one plan."""
    print(
        f"{what:<24}{requirement['rostered'].max():>5}{outcome.cost:>11,.1f}{outcome.bound:>11,.1f}", end=""
    )
    print(f"{outcome.gap:>8.2%}{seconds:>9.1f}  {target}", flush=True)


def beside_peer(quick: bool) -> bool:
    """Print a plan beside the peer's, of the middling week, or of its first day."""
    requirement, site = staffed("M", curves()["M"])
    if quick:
        requirement = requirement.head(48)
    ours, seconds, _ = timed(requirement, site)
    status, hours, its_s = its(requirement["rostered"].tolist(), 10.0 if quick else PEER_S)
    met = ours.cost <= hours + 1e-6 or hours < 0
    span = "first day" if quick else "week"
    print(f"\n{'M, ' + span:<24}{'hours':>10}{'seconds':>9}{'times ours':>12}  status")
    print(f"{'callplan':<24}{ours.cost:>10,.1f}{seconds:>9.1f}{1:>12}  {ours.status}, gap {ours.gap:.2%}")
    print(
        f"{'pyworkforce':<24}{hours:>10,.1f}{its_s:>9.1f}{its_s / seconds:>12.1f}  {status.lower()}", end=""
    )
    print(f"  no cheaper than ours: {said(met)}")
    return met


def design(path: Path) -> tuple[pd.DataFrame, Rules]:
    """Read an instance of shift design: the demand as a requirement, its shift types as kinds."""
    fields = dict(
        row.rstrip(";").split(" = ") for row in path.read_text(encoding="utf-8").split("\n") if " = " in row
    )
    given = {name: json.loads(value) for name, value in fields.items()}
    step = given["interval"]
    start = pd.date_range("2024-05-06", periods=len(given["demand"]), freq=f"{step}min", tz="UTC")
    types = zip(*(given[name] for name in ("minStart", "maxStart", "minLength", "maxLength")), strict=True)
    kinds = tuple(
        Kind(
            earliest_start=f"{first * step // 60:02d}:{first * step % 60:02d}",
            latest_start=f"{last * step // 60:02d}:{last * step % 60:02d}",
            lengths_h=tuple(slots * step / 60 for slots in range(shortest, longest + 1)),
        )
        for first, last, shortest, longest in types
    )
    rules = Rules(
        kinds=kinds,
        start_every_min=step,
        meal_min=0,
        cyclic=True,
        template_cost=60,
        cost_per_h=0,
        under_cost_per_h=60,
        over_cost_per_h=60,
    )
    need = {"queue": path.stem, "start": start, "minutes": step, "rostered": given["demand"]}
    return pd.DataFrame(need), rules


def designs(quick: bool, limit_s: float) -> bool:
    """Print what shift design reaches; return whether it is as good as asked."""
    if not DESIGN.exists():
        print("\nno instances of shift design here: left out")
        return True
    print(f"\n{'shift design':<26}{'cost':>8}{'bound':>10}{'seconds':>9}  target")
    all_met = True
    for path in sorted(DESIGN.rglob("*.dzn")):
        name = str(path.relative_to(DESIGN).with_suffix(""))
        if quick and name not in TARGETS:
            continue
        requirement, rules = design(path)
        begun = time.perf_counter()
        outcome = schedule(requirement, rules, time_limit_s=limit_s).outcome[0]
        seconds, verdict = time.perf_counter() - begun, ""
        if name in TARGETS:
            target, proven = TARGETS[name]
            met = outcome.cost <= target + 1e-6 and (not proven or outcome.status == "optimal")
            all_met &= met
            verdict = f"{'proven' if proven else 'at most'} {target:,}: {said(met)}"
        print(f"{name:<26}{outcome.cost:>8,.0f}{outcome.bound:>10,.1f}{seconds:>9.1f}  {verdict}", flush=True)
    return all_met


def main() -> int:
    """Run everything; return what to exit with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="rests and days for one week only, the peer on a day"
    )
    parser.add_argument(
        "--design-s", type=float, default=DESIGN_S, help="seconds for each instance of shift design"
    )
    given = parser.parse_args()
    quick = given.quick
    if importlib.util.find_spec("pyworkforce") is None:
        print("pyworkforce is not installed; `make bench` installs it", file=sys.stderr)
        return 2
    all_met = weeks(quick)
    all_met &= beside_peer(quick)
    all_met &= designs(quick, given.design_s)
    return int(not all_met)


if __name__ == "__main__":
    sys.exit(main())
