"""When to start which class: the cheapest hires that keep the gap, what lateness costs, other ways."""

import warnings
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from callplan.errors import Infeasible, Refused, Remark
from callplan.tables import HIRING, LATE, WAYS, check
from planning.capacity.closing import Covered, Gap, Prices, one_slot
from planning.capacity.terms import Capacity
from planning.site import Site
from scheduling import Hiring
from scheduling.hiring.decision import Decision, decide
from scheduling.hiring.heads import Heads, Intake
from scheduling.hiring.terms import Terms

# Nearer to the cheapest than this the search need not come, as a share of the cost.
_GAP = 1e-4
# So late each class is tried, in weeks.
_WEEKS_LATE = (1, 2, 4)
_SAME_FTE = 1e-6


@dataclass(frozen=True, eq=False)
class Hires:
    """Hires and what they cover, how near to the cheapest they are proven to be."""

    names: tuple[str, ...]
    intake: Intake
    gap: Gap
    heads: Heads
    covered: Covered
    bound: float
    by_hiring: Heads  # the cheapest without overtime and overflow


def staff_of(
    site: Site, hiring: Hiring, queues: list[str], terms: Capacity
) -> dict[str, tuple[Terms, float, float]]:
    """Return the contracts that serve the queues: hiring terms, paid hours of a week, price of an hour.

    The year is planned in one pool: a contract that serves some of its queues alone is refused.
    """
    found = {}
    for name, of in hiring.contracts.items():
        served = set(of.queues or queues) & set(queues)
        if not served:
            continue
        if served != set(queues):
            raise Refused(
                f"hiring.contracts.{name}.queues",
                f"it serves {', '.join(sorted(served))} of {', '.join(queues)}",
                "plan queues with people of their own apart: --queue NAME",
            )
        title = of.contract or name
        if title not in site.shifts.contracts:
            raise Refused(
                f"hiring.contracts.{name}", f"no contract {title!r}", "add it to [shifts.contracts]"
            )
        contract = site.shifts.contracts[title]
        week_h = contract.days_per_week * contract.paid_hours(site.shifts)[-1]
        week_h = min(contract.hours_per_week_max or np.inf, week_h)
        cost_per_h = site.shifts.cost_per_h if contract.cost_per_h is None else contract.cost_per_h
        found[name] = (of, float(week_h), float(cost_per_h))
    if not found:
        raise Refused("hiring", f"no contract serves {', '.join(queues)}", "name them in its queues")
    for name in terms.headcount:
        if name not in found:
            warnings.warn(f"headcount of {name} serves none of these queues: left out", Remark, stacklevel=3)
    return found


def plan_hires(
    site: Site,
    hiring: Hiring,
    terms: Capacity,
    required: np.ndarray,
    spared: np.ndarray,
    queues: list[str],
    full_time_h: float,
    *,
    seed: int,
    time_limit_s: float,
) -> Hires:
    """Choose hires by week so that pay, hiring, overtime and overflow cost least and the gap is kept.

    `required` are FTE by week, `spared` the share of hours that leave and absence spare. One program
    decides on all: a week's cost beyond its people is the largest of a few straight lines (`Gap.cuts`).
    Where nothing can be bought outside, what no class could be ready for is left out of the need first.
    """
    staff = staff_of(site, hiring, queues, terms)
    crews = [one_slot(name, week_h, cost) for name, (_, week_h, cost) in staff.items()]
    headcount = [float(terms.headcount.get(name, 0.0)) for name in staff]
    intake = Intake([of for of, *_ in staff.values()], crews, headcount, len(required))
    shares = np.array([week_h / full_time_h for _, week_h, _ in staff.values()])
    cost_per_h = np.array([cost for *_, cost in staff.values()])
    per_h = terms.overflow_per_h
    prices = Prices(
        overtime=full_time_h * cost_per_h * (1 + site.shifts.overtime_surcharge),
        overflow=None if per_h is None else full_time_h * per_h,
        short=full_time_h * max(site.shifts.queue(name).under_cost_per_h or 0.0 for name in queues),
    )
    need = np.maximum(required - terms.gap_at_most, 0.0)
    gap = Gap(need, shares[:, None] * spared, terms.overtime_most, prices)
    decision = _cheapest(intake, gap, seed, time_limit_s)
    covered = gap.covered(intake, decision.heads)
    alone = replace(gap, overtime_most=0.0, prices=replace(prices, overflow=None))
    by_hiring = _cheapest(intake, alone, seed, time_limit_s).heads
    return Hires(tuple(staff), intake, gap, decision.heads, covered, decision.bound, by_hiring)


def _cheapest(intake: Intake, gap: Gap, seed: int, time_limit_s: float) -> Decision:
    """Return the cheapest hires for a gap."""
    bought = gap.prices.overflow is not None
    aim = gap if bought else replace(gap, need=np.minimum(gap.need, _attainable(gap, intake)))
    decision = decide(
        intake,
        aim.need[None, :, None],
        [aim.cuts(week) for week in range(intake.weeks)],
        whole=True,
        gap=_GAP,
        seed=seed,
        time_limit_s=time_limit_s,
    )
    if decision is None:
        raise Infeasible(f"capacity: no hires found in {time_limit_s:.3g} s; give it more time")
    return decision


def _attainable(gap: Gap, intake: Intake) -> np.ndarray:
    """Return the most FTE that any hires could give each week, overtime included."""
    hires = np.zeros((len(intake.terms), intake.weeks))
    for row, (terms, now) in enumerate(zip(intake.terms, intake.headcount, strict=True)):
        stay = 1 - terms.weekly_attrition
        employed = float(now)
        for week in range(intake.weeks):
            employed *= stay if week else 1.0
            begins = (
                week >= terms.recruiting_weeks
                and not (week - terms.recruiting_weeks) % terms.class_every_weeks
            )
            room = np.inf if terms.heads_at_most is None else np.floor(terms.heads_at_most - employed + 1e-9)
            if begins and room >= terms.class_least:
                hires[row, week] = min(terms.class_most, room)
                employed += hires[row, week]
    most = intake.follow(hires, np.zeros_like(hires))
    return np.asarray((gap.each * most.productive).sum(axis=0) * (1 + gap.overtime_most))


def hires_table(found: Hires, mondays: pd.Series) -> pd.DataFrame:
    """Return who is employed under which contract by week (table `HIRING`); overtime is not in its cost."""
    heads, names = found.heads, found.names
    table = pd.DataFrame(
        {
            "contract": np.repeat(names, len(mondays)),
            "start": pd.concat([mondays] * len(names), ignore_index=True),
            "hires": heads.hires.ravel(),
            "dismissed": heads.dismissed.ravel(),
            "heads": heads.employed.ravel(),
            "in_training": heads.in_training.ravel(),
            "productive": heads.productive.ravel(),
            "leavers": heads.leavers.ravel(),
            "cost": found.intake.cost(heads).ravel(),
        }
    )
    return check(table, HIRING)


def late(found: Hires, mondays: pd.Series) -> pd.DataFrame:
    """Return what it costs if a class begins late (table `LATE`; no rows where nobody is hired).

    What is still short beyond the gap allowed is priced with `under_cost_per_h`.
    """
    rows = []
    for row, week in np.argwhere(found.heads.hires > 0):
        for weeks_late in _WEEKS_LATE:
            hires = found.heads.hires.copy()
            people, hires[row, week] = hires[row, week], 0
            # One that would begin after the last week does not begin at all.
            if week + weeks_late < hires.shape[1]:
                hires[row, week + weeks_late] += people
            heads = found.intake.follow(hires, found.heads.dismissed)
            covered = found.gap.covered(found.intake, heads)
            paid = covered.paid - found.covered.paid
            short = float(covered.short.sum() - found.covered.short.sum())
            rows.append(
                {
                    "contract": found.names[row],
                    "start": mondays.iloc[week],
                    "weeks_late": weeks_late,
                    "people": people,
                    "paid_more": paid,
                    "short_more": short,
                    "cost": paid + short * found.gap.prices.short,
                }
            )
    return check(pd.DataFrame(rows), LATE) if rows else pd.DataFrame(columns=LATE.names())


def ways(found: Hires, full_time_h: float) -> pd.DataFrame:
    """Return the plan beside other ways (table `WAYS`): hiring alone, or nobody hired."""
    gap, intake = found.gap, found.intake
    nobody = intake.follow(np.zeros_like(found.heads.hires), np.zeros_like(found.heads.hires))
    alone = replace(gap, overtime_most=0.0)
    bare = replace(alone, prices=replace(gap.prices, overflow=None))
    tried = {
        "as planned": (found.heads, gap),
        "hiring alone": (found.by_hiring, bare),
        "nobody hired, nothing else done": (nobody, bare),
    }
    if gap.overtime_most:
        only = replace(gap, prices=replace(gap.prices, overflow=None))
        tried["nobody hired, overtime alone"] = (nobody, only)
    if gap.prices.overflow is not None:
        tried["nobody hired, overflow alone"] = (nobody, alone)
        if gap.overtime_most:
            tried["nobody hired, overtime and overflow"] = (nobody, gap)
    rows = []
    for way, (heads, how) in tried.items():
        covered = how.covered(intake, heads)
        rows.append(
            {
                "way": way,
                "hires": heads.hires.sum(),
                "overtime_h": covered.overtime.sum() * full_time_h,
                "overflow_h": covered.overflow.sum() * full_time_h,
                "short_weeks": int((covered.short > _SAME_FTE).sum()),
                "short_most": covered.short.max(),
                "paid": covered.paid,
                "cost": covered.paid + covered.short.sum() * gap.prices.short,
            }
        )
    return check(pd.DataFrame(rows), WAYS)
