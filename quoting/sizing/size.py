"""The sizing of a quote: its week, its months, other volumes, and how they were come by."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from callplan.errors import Remark
from quoting.sizing.agents import ByVolume, agents_by_volume, requirement, typical_week
from quoting.sizing.conventions import conventions, unseen_h
from quoting.sizing.effects import workload
from quoting.sizing.efficiency import Efficiency
from quoting.sizing.efficiency import efficiency as schedule_efficiency
from quoting.sizing.figures import figures, volume_doubt
from quoting.sizing.methods import methods
from quoting.sizing.people import people
from quoting.sizing.workload import refuse_no_calls
from quoting.terms.terms import Terms

# Called with a line that says what is being done.
Progress = Callable[[str], None]

# Volumes from -30% to +30%, by one percent.
CHANGES = tuple((np.arange(-30, 31) / 100).tolist())


@dataclass(frozen=True, eq=False)
class Sizing:
    """What a quote needs: its tables, other volumes beside, and the conventions that they follow."""

    figures: pd.DataFrame = field(repr=False)
    workload: pd.DataFrame = field(repr=False)
    week: pd.DataFrame = field(repr=False)
    requirement: pd.DataFrame = field(repr=False)
    months: pd.DataFrame = field(repr=False)
    methods: pd.DataFrame = field(repr=False)
    by_volume: ByVolume = field(repr=False)
    efficiency: Efficiency
    doubt: float
    """One standard deviation of the volume, as a share."""
    conventions: tuple[str, ...] = field(repr=False)


def size(terms: Terms, efficiency: Efficiency | None = None, progress: Progress | None = None) -> Sizing:
    """Size a quote: agents by interval, seats, hours and people by month.

    The schedule efficiency is measured or taken as `staff.schedule_efficiency` says, unless one is given: a
    what-if holds that of the quote. Raises `Refused` where no call comes to the team, and besides `Refused`
    and `Infeasible` as `efficiency` does.

    2,000 calls a day, seven days, open 7x24, hour by hour (see `conventions` for what other sizings say):

    >>> from quoting.terms.factors import Standard, TimeBand
    >>> from quoting.terms.staff import Staff
    >>> from quoting.terms.template import DEMO_QUOTE
    >>> from quoting.terms.traffic import Traffic
    >>> terms = Terms.from_toml(DEMO_QUOTE).replace(
    ...     time_band=TimeBand(kind="7x24"),
    ...     traffic=Traffic(calls=2000, per="day", within="all_hours", aht_s=240, profile="service",
    ...                     weekdays=(1,) * 7, minutes=60),
    ...     standard=Standard(service_level=0.8, within_s=20),
    ...     staff=Staff(shrinkage=0.3, full_time_h=40, schedule_efficiency=1.0, attrition=0,
    ...                 attrition_per="year", leader_span=12, support_span=40))
    >>> month = size(terms).months.iloc[0]
    >>> int(month["seats"]), round(float(month["fte"]), 2)
    (17, 50.0)
    """
    terms = Terms.expect(terms, "terms")
    refuse_no_calls(terms)
    if unseen_h(terms):
        text = f"{unseen_h(terms):g} open hours a week are not in the history: they get minimum_agents alone"
        warnings.warn(text, Remark, stacklevel=2)
    tell = progress or (lambda _: None)
    tell("agents of every interval, at volumes from -30% to +30%")
    by_volume = agents_by_volume(terms, CHANGES)
    share = schedule_efficiency(terms, progress) if efficiency is None else efficiency
    own = CHANGES.index(0.0)
    return Sizing(
        figures=figures(terms),
        workload=workload(terms),
        week=typical_week(terms),
        requirement=requirement(terms),
        months=people(by_volume.agent_h[own], by_volume.agents[own], terms, share, by_volume.carried(own)),
        methods=methods(terms, share),
        by_volume=by_volume,
        efficiency=share,
        doubt=volume_doubt(terms),
        conventions=conventions(terms, share),
    )
