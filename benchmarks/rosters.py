"""How good rosters of named people are, how soon: people by the hundred, and a centre that others planned.

    python benchmarks/rosters.py [--quick] [--centre FOLDER NAME]

Generated people: 30 minutes, contracts of 5 × 8.5 h, 4 × 10.5 h, 5 × 6.5 h and 5 × 4 h, leave, 11 h of
rest, at most 6 days in a row and 3 weekends of 4, starts within an hour inside a week. An hour paid costs 1,
one short 10, one too many 1. `misplaced` are the slots short or too many above those of the bound's program,
as a share of what is needed; rules broken are counted by `verify`.

Centres: fixed shifts, five days a week; the measure is the mean squared deviation from the target, scaled to
the hours that the people work. First with the days off of the authors' own plan, then with days off chosen.

Both are read where they are; without them a team is made up. Exits 1 where a target is missed.
"""

import argparse
import csv
import json
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

# This folder holds a program called like a room, and Python would look here for it first.
sys.path = [folder for folder in sys.path if Path(folder).resolve() != Path(__file__).resolve().parent]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from scheduling import Rules, Schedule, schedule, verify  # noqa: E402
from scheduling.people import crew, horizon  # noqa: E402
from scheduling.roster.bound import lower_bound  # noqa: E402
from scheduling.roster.build import build  # noqa: E402
from scheduling.roster.grid import lay  # noqa: E402

INSTANCES = Path(__file__).resolve().parents[2] / "shared" / "instances"
GENERATED, CENTRES = INSTANCES / "generated", INSTANCES / "pywfplan"
MONDAY = date(2024, 5, 6)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Goal:
    """What a roster is to reach."""

    seconds: float
    gap: float
    misplaced: float = 1.0


# Instance: people × weeks, then the targets.
TEAMS = {
    "50x1w1q": Goal(60, 0.005),
    "200x4w1q": Goal(60, 0.02, 0.002),
    "200x4w3q": Goal(120, 0.02, 0.002),
    "500x4w1q": Goal(300, 0.02, 0.002),
    "1000x4w1q": Goal(300, 0.02, 0.002),
}
# Week of the centre ecr: its authors' own plan, and the least that is possible with their days off.
PLANNED = {"week1": (4.160, 4.073), "week2": (2.637, 2.561)}


def contract(days: int, hours: float, meal_h: float = 0.0) -> dict[str, object]:
    """Return a contract whose meal lies in the middle, in one of three places."""
    meal = {"meal_earliest_h": meal_h - 0.5, "meal_latest_h": meal_h + 0.5} if meal_h else {}
    return {"days_per_week": days, "lengths_h": [hours], **meal}


TEAM_RULES = {
    "cost_per_h": 1.0,
    "under_cost_per_h": 10.0,
    "over_cost_per_h": 1.0,
    "contracts": {
        "FT40": contract(5, 8.5, 4.0),
        "FT4x10": contract(4, 10.5, 5.0),
        "PT30": contract(5, 6.5, 3.0),
        "PT20": contract(5, 4.0),
    },
    "roster": {"weekends_in_four": 3, "starts_within_min": 60, "wish_cost": 0.0, "fair_cost": 0.0},
}


def team(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the requirement and the people of a generated instance."""
    needed = pd.read_csv(GENERATED / f"requirement_{name}.csv")
    people = pd.read_csv(GENERATED / f"people_{name}.csv", keep_default_na=False)
    clock = pd.to_timedelta(needed["start"] + ":00")
    start = pd.Timestamp(MONDAY, tz="UTC") + pd.to_timedelta(needed["day"], unit="D") + clock
    requirement = pd.DataFrame(
        {"queue": needed["queue"], "start": start, "minutes": 30, "rostered": needed["required"]}
    )
    hours = {"any": None, "early": "00:00-17:00", "late": "12:00-24:00"}
    table = people[["person", "contract", "skills"]].assign(
        available=people["availability"].map(hours),
        leave=[
            "|".join(str(MONDAY + timedelta(days=int(day))) for day in days.split("|") if day) or None
            for days in people["leave_days"]
        ],
    )
    return requirement, table


def made_up(people: int, days: int = 7) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a requirement, and people who about suffice for it, where no instance is at hand."""
    slots = np.arange(32) / 2
    curve = 0.27 * people * (np.exp(-((slots - 4) ** 2) / 10) + 0.8 * np.exp(-((slots - 9.5) ** 2) / 8) + 0.2)
    start = pd.Timestamp(MONDAY, tz="UTC") + pd.Timedelta(hours=7)
    requirement = pd.DataFrame(
        {
            "queue": "q0",
            "start": [
                start + pd.Timedelta(days=day, minutes=30 * slot) for day in range(days) for slot in range(32)
            ],
            "minutes": 30,
            "rostered": [
                round(heads) for day in range(days) for heads in curve * (0.6 if day % 7 > 4 else 1)
            ],
        }
    )
    contracts = list(TEAM_RULES["contracts"])
    table = pd.DataFrame(
        {
            "person": [f"P{number:04}" for number in range(people)],
            "contract": [contracts[number % len(contracts)] for number in range(people)],
            "skills": "q0",
        }
    )
    return requirement, table


def judged(roster: Schedule, people: pd.DataFrame, rules: Rules, requirement: pd.DataFrame) -> int:
    """Return how many rules the roster breaks, as the witness counts them."""
    return len(verify(roster, people, rules, requirement=requirement).broken)


def least_misfit(requirement: pd.DataFrame, people: pd.DataFrame, rules: Rules) -> float:
    """Return the slots short or too many of the program that gives the bound."""
    everyone = crew(people, rules, queues=sorted(set(requirement["queue"])), days=horizon(requirement))
    built = build(lay(requirement, rules, everyone), everyone, rules)
    return lower_bound(built, seed=0, time_limit_s=300.0).misfit


def teams(names: list[str]) -> bool:
    """Print a line for each team; return whether all targets are met."""
    widths = {"cost": 12, "bound": 12, "gap": 8, "misplaced": 11, "broken": 8, "seconds": 9}
    print(f"{'people, weeks, queues':<24}" + "".join(f"{name:>{width}}" for name, width in widths.items()))
    all_met = True
    for name in names:
        goal = TEAMS[name]
        requirement, people = team(name) if GENERATED.exists() else made_up(int(name.split("x")[0]))
        rules = Rules(**TEAM_RULES)
        begun = time.perf_counter()
        roster = schedule(requirement, rules, people)
        seconds = time.perf_counter() - begun
        outcome, cover = roster.outcome[0], roster.coverage
        misplaced = (
            cover["under"].sum() + cover["over"].sum() - least_misfit(requirement, people, rules)
        ) / cover["needed"].sum()
        broken = judged(roster, people, rules, requirement)
        met = (
            seconds <= goal.seconds and outcome.gap <= goal.gap and misplaced <= goal.misplaced and not broken
        )
        all_met &= met
        print(
            f"{name:<24}{outcome.cost:>12,.1f}{outcome.bound:>12,.1f}{outcome.gap:>8.2%}{misplaced:>11.3%}"
            f"{broken:>8}{seconds:>9.1f}  {goal.gap:.1%} in {goal.seconds:g} s: {'met' if met else 'MISSED'}",
            flush=True,
        )
    return all_met


def minute(clock: str) -> int:
    """Return a time such as 25:40 in minutes after midnight."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def centre(
    folder: Path, name: str, week: str, *, days_kept: bool
) -> tuple[pd.DataFrame, pd.DataFrame, Rules]:
    """Return a week of a centre: the target as a requirement, who works there, and the shifts there are."""
    agents, shifts, targets = (
        json.loads((folder / f"{kind}_{name}.json").read_text()) for kind in ("agents", "shifts", "target")
    )
    looks = {key: spec[0] if isinstance(spec, list) else spec for key, spec in shifts.items()}
    of = {key: spec[1]["contract"] if isinstance(spec, list) else "ALL" for key, spec in shifts.items()}
    contracts: dict[str, list[str]] = {}
    for key, which in of.items():
        contracts.setdefault(which, []).append(key)
    people = pd.DataFrame([person(agent, spec, contracts, looks) for agent, spec in agents.items()])
    target = np.array(targets[week], float)
    minutes = 7 * 1440 // len(target)
    paid_h = {which: np.mean([at_work_h(looks[key]) for key in keys]) for which, keys in contracts.items()}
    hours = 5 * sum(paid_h[which] for which in people["contract"])
    # The target begins on a Sunday, a week of ours on a Monday: the Sunday is planned last.
    days = np.roll((target * hours / (target.sum() * minutes / 60)).reshape(7, -1), -1, axis=0)
    start = pd.date_range(pd.Timestamp(MONDAY, tz="UTC"), periods=len(target), freq=f"{minutes}min")
    requirement = pd.DataFrame({"queue": name, "start": start, "minutes": minutes, "rostered": days.ravel()})
    if days_kept:
        people = people.merge(days_off(folder / f"plan_{name}_{week}.csv"), on="person")
    terms = {
        which: {"days_per_week": 5, "days_per_week_min": 5, "templates": keys}
        for which, keys in contracts.items()
    }
    roster = {"rest_h": 8.0, "days_in_a_row": 7, "wish_cost": 0.0, "fair_cost": 0.0, "uneven_cost_per_h": 1.0}
    # Hours are the same whatever is planned, so their price says nothing.
    prices = {"cost_per_h": 1e-9, "under_cost_per_h": 1e-8}
    return requirement, people, Rules(**prices, templates=looks, contracts=terms, roster=roster)


def at_work_h(spans: str) -> float:
    """Return the hours at work of spans such as 09:00-12:00,12:30-15:00."""
    edges = [[minute(clock) for clock in span.split("-")] for span in spans.split(",")]
    return sum(end - begin for begin, end in edges) / 60


def person(
    agent: str, spec: dict[str, str], contracts: dict[str, list[str]], looks: dict[str, str]
) -> dict[str, object]:
    """Return the row of one of the people; starts lie in a window, ends in that and a shift's length."""
    which = spec.get("contract", "ALL")
    row = {"person": agent, "contract": which, "skills": "", "available": None}
    if "from" in spec:
        first = looks[contracts[which][0]]
        length = minute(first.rsplit("-", 1)[1]) - minute(first.split("-", 1)[0])
        until = min(1440, minute(spec["to"]) + length)
        row["available"] = f"{spec['from']}-{until // 60:02}:{until % 60:02}"
    return row


def days_off(path: Path) -> pd.DataFrame:
    """Return the days off of the authors' plan, as the weekdays' columns of people."""
    with path.open() as file:
        rows = [
            {"person": row["agent"], **{day: "off" if row[day] == "R" else None for day in WEEKDAYS}}
            for row in csv.DictReader(file)
        ]
    return pd.DataFrame(rows)


def centres(folder: Path, name: str, weeks: list[str], *, days_kept: tuple[bool, ...]) -> bool:
    """Print the deviation of each week of a centre; return whether it is as low as it can be."""
    print(f"\n{'centre, week':<16}{'days off':>10}{'deviation':>11}{'broken':>8}{'seconds':>9}  beside")
    all_met = True
    for week in weeks:
        annealed, least = PLANNED.get(week, (np.inf, np.inf)) if name == "ecr" else (np.inf, np.inf)
        for kept in days_kept:
            requirement, people, rules = centre(folder, name, week, days_kept=kept)
            people["skills"] = name
            begun = time.perf_counter()
            roster = schedule(requirement, rules, people, time_limit_s=240.0)
            seconds = time.perf_counter() - begun
            cover = roster.coverage
            deviation = float(((cover["staffed"] - cover["needed"]) ** 2).mean())
            broken = judged(roster, people, rules, requirement)
            met = not broken and round(deviation, 3) <= least
            all_met &= met
            beside = "" if np.isinf(least) else f"annealer {annealed:.3f}, least with days kept {least:.3f}"
            if beside:
                beside += f": {'met' if met else 'MISSED'}"
            print(
                f"{name + ', ' + week:<16}{'kept' if kept else 'chosen':>10}{deviation:>11.4f}{broken:>8}"
                f"{seconds:>9.1f}  {beside}",
                flush=True,
            )
    return all_met


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one team alone: under 45 s once compiled")
    parser.add_argument(
        "--centre",
        nargs=2,
        metavar=("FOLDER", "NAME"),
        help="agents_NAME.json, shifts_NAME.json, target_NAME.json",
    )
    given = parser.parse_args()
    if given.centre:
        folder, name = Path(given.centre[0]), given.centre[1]
        weeks = list(json.loads((folder / f"target_{name}.json").read_text()))
        kept = (True, False) if list(folder.glob(f"plan_{name}_*.csv")) else (False,)
        return 0 if centres(folder, name, weeks, days_kept=kept) else 1
    met = teams(["200x4w1q"] if given.quick else list(TEAMS))
    if CENTRES.exists() and not given.quick:
        met &= centres(CENTRES, "ecr", list(PLANNED), days_kept=(True, False))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
