"""A solved program read back: shifts with their breaks, and what they cover."""

import warnings
from typing import Any

import numpy as np
import pandas as pd

from callplan.errors import Remark
from scheduling.plan.dealing import deal
from scheduling.plan.model import Model


def shift_rows(model: Model, values: np.ndarray) -> list[dict[str, Any]]:
    """Return the rows of the shift plan. Minutes are added as elapsed time, whatever the clock does."""
    counts = np.round(values).astype(int)
    heads = [int(counts[shift.column]) for shift in model.shifts]
    begun = {column: int(counts[column]) for pool in model.pools for column in pool.columns.values()}
    rows = []
    for (number, after), count in deal(model, heads, begun).items():
        shift = model.shifts[number]
        start = model.axis.starts.iloc[shift.slot]
        breaks = list(zip(shift.shape.breaks, after, strict=True))
        meals = [(pause, at) for pause, at in breaks if pause.kind == "meal"]
        rests = [at for pause, at in breaks if pause.kind == "rest"]
        meal_start = start + pd.Timedelta(minutes=meals[0][1]) if meals else pd.NaT
        rows.append(
            {
                "queue": model.crews[shift.crew].name,
                "start": start,
                "shift": shift.shape.name(after),
                "end": start + pd.Timedelta(minutes=shift.shape.length_min),
                "heads": count,
                "paid_h": shift.shape.paid_h,
                "meal_start": meal_start,
                "meal_end": meal_start + pd.Timedelta(minutes=meals[0][0].length_min if meals else 0),
                "rests_after": "|".join(f"{at / 60:g}" for at in rests) or None,
            }
        )
    return rows


def staffed(model: Model, values: np.ndarray) -> list[np.ndarray]:
    """Return the heads at work for each queue, by slot."""
    counts = np.round(values).astype(int)
    slots = len(model.axis)
    at_work = np.zeros((len(model.crews), slots), int)
    for shift in model.shifts:
        length = shift.shape.length_min // model.axis.step_min
        at_work[shift.crew, np.arange(shift.slot, shift.slot + length) % slots] += counts[shift.column]
    for pool in model.pools:
        for slot, column in pool.columns.items():
            at_work[pool.crew, np.arange(slot, slot + pool.length) % slots] -= counts[column]
    result = []
    for number in range(len(model.demands)):
        heads = np.zeros(slots, int)
        for which, crew in enumerate(model.crews):
            if crew.shared and number in crew.queues:
                given = model.split[which, number]
                heads[list(given)] += counts[list(given.values())]
            elif crew.queues == (number,):
                heads += at_work[which]
        result.append(heads)
    return result


def coverage(model: Model, heads: list[np.ndarray]) -> pd.DataFrame:
    """Return each queue's need and heads at work, by interval: means, where breaks are shorter than it."""
    tables = []
    for demand, at_work in zip(model.demands, heads, strict=True):
        spare = at_work - demand.need
        table = demand.rows[["queue", "start", "minutes"]].assign(
            needed=demand.rows["rostered"],
            staffed=demand.means(at_work),
            over=demand.means(np.maximum(spare, 0)),
            under=demand.means(np.maximum(-spare, 0)),
        )
        tables.append(table)
    return pd.concat(tables)


def remark_on_service(model: Model, heads: list[np.ndarray], stacklevel: int) -> None:
    """Remark on days that miss their service level, which `DayService` may have taken for met."""
    for number, service in model.services.items():
        answered = service.answered(heads[number])
        missed = np.flatnonzero(answered < service.goal - 0.0005)
        if len(missed):
            worst = int(missed[np.argmin(answered[missed])])
            day = model.axis.starts[service.days == worst].iloc[0]
            warnings.warn(
                f"{model.demands[number].queue}: {len(missed)} days miss their service level of "
                f"{service.goal:.1%}, the worst of them {day:%Y-%m-%d} with {answered[worst]:.1%}",
                Remark,
                stacklevel=stacklevel + 1,
            )
