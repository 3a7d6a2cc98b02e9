"""The ledger: every published forecast beside what came, what the miss cost, and what it was due to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd

import forecasting
from callplan.errors import Refused, nearest
from callplan.intervals import local_day
from callplan.tables import ACCURACY, ALARMS, LEDGER, VALUE_ADDED, WORST, Table, check
from planning.ledger.cost import NEEDED, REQUIREMENT, by_span, costs, untimed
from planning.ledger.scores import LEVELS, scores, spans, value_added
from planning.ledger.standing import Spoken, span_of, standing
from planning.ledger.summary import summary_of
from planning.ledger.worst import alarms_of, names_of, ranked, worsened, worst_of
from planning.publishing import CHAIN
from planning.site import Site
from planning.steps import at_site
from scheduling.results import no_rows

if TYPE_CHECKING:
    from callplan.store import Store


@dataclass(frozen=True, eq=False)
class Ledger:
    """What was published beside what came; `callplan.tables` describes each table.

    `verdicts` says it in lines, queue by queue, `remarks` what could not be scored, and on what the service
    levels rest. `worst` and `alarms` may be without rows.
    """

    ledger: pd.DataFrame
    accuracy: pd.DataFrame
    value_added: pd.DataFrame
    worst: pd.DataFrame
    alarms: pd.DataFrame
    verdicts: tuple[str, ...]
    remarks: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {name: table for name, table in vars(self).items() if isinstance(table, pd.DataFrame)}

    def outside(self, by: str) -> pd.DataFrame:
        """Return the rows of a level (interval, day, week, month) that missed by more than the tolerance."""
        rows = self._level(by)
        return rows[rows["within"] == 0].reset_index(drop=True)

    def outside_in_words(self, by: str) -> str:
        """Say how many of a level's rows are outside the tolerance, and how many of those within noise."""
        rows, outside = self._level(by), self.outside(by)
        # A week or month in part says so after its verdict.
        noise = outside["verdict"].str.startswith("within noise").sum()
        of = f"{len(outside):,} of {len(rows):,} {by}s are outside the tolerance"
        return f"{of}, {noise:,} of them within what chance leaves" if len(outside) else of

    def _level(self, by: str) -> pd.DataFrame:
        if by not in LEVELS:
            raise Refused("by", f"unknown level {by!r}", nearest(by, LEVELS))
        return self.ledger[self.ledger["by"] == by]


def track(
    store: Store,
    site: Site,
    *,
    since: date | str | None = None,
    until: date | str | None = None,
    now: datetime,
) -> Ledger:
    """Hold the published forecasts of the days from `since` to `until`, both included, against what came.

    Scored are the days that are over at `now` and have a count in the store's history. Of each the version
    speaks that stood when the day began (`planning.ledger.standing`). Each queue has its tolerance
    (`Site.tolerance_of`). Error is forecast - actual. A week or month has the lead of its first day,
    and holds those of its days that are scored.

    What a miss cost follows from the heads that the calls, and the handling times, that came would have
    asked for by the same goals (`planning.ledger.cost`); the money is hours over at `cost_per_h` (and
    `over_cost_per_h`) and hours short at `under_cost_per_h` of the site's shifts. Alarms are those of
    `planning.drift`.

    Raises `Refused` where no published day is over, or none has a count.
    """
    Site.expect(site, "site")
    if now.tzinfo is None:
        raise Refused("now", f"{now} without a time zone", "give it with one")
    spoke = standing(store, site, since, until, now)
    parts, remarks, overrides = [], list(spoke.remarks), store.overrides()
    beside: dict[str, float] = {}
    for name in spoke.queues():
        rows = spoke.of(store, site, name)
        if rows.forecast.empty:
            continue
        if (rows.forecast["minutes"] != site.minutes).any():
            others = f"{name}: published in other intervals than the site's {site.minutes} minutes"
            remarks.append(f"{others}, and left out")
            continue
        end = rows.forecast["start"].max() + pd.Timedelta(minutes=site.minutes)
        history = store.history([name], until=end, zone=site.zone)
        history = history if history.empty else at_site(history, site)
        part = _track_queue(rows, history, overrides, site, remarks)
        if part is not None:
            parts.append(part)
            unspoken = _unspoken(rows, history)
            beside[name] = unspoken["offered"].sum()
            remarks += _beside(unspoken, name)
    if not parts:
        of_queues = remarks[len(spoke.remarks) :]
        found = of_queues[-1] if of_queues else "no interval of those days was published"
        raise Refused("nothing to score", found, "import what came, then track")
    joined = {table: _joined([part[table] for part in parts]) for table in parts[0]}
    ledger = check(joined["ledger"][LEDGER.names()], LEDGER)
    tables = {
        "ledger": ledger,
        "accuracy": check(joined["accuracy"], ACCURACY),
        "value_added": _in_order(_checked(joined["value_added"], VALUE_ADDED)),
        "worst": _checked(ranked(joined["worst"]), WORST),
        "alarms": _checked(joined["alarms"], ALARMS),
    }
    return Ledger(**tables, verdicts=tuple(summary_of(tables, beside, site)), remarks=tuple(remarks))


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    # A table without rows would spoil the types of the others.
    return pd.concat([rows for rows in parts if len(rows)] or parts[:1])


def _checked(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    return check(rows[table.names()], table) if len(rows) else no_rows(table)


def _in_order(value_added: pd.DataFrame) -> pd.DataFrame:
    """Return the steps in the order in which a forecast goes through them, levels from short to long."""
    place = {name: at for at, name in enumerate((*LEVELS, *CHAIN))}
    return value_added.sort_values(
        ["queue", "by", "step"],
        key=lambda names: names if names.name == "queue" else names.map(place),
        ignore_index=True,
    )


def _track_queue(
    spoke: Spoken, history: pd.DataFrame, overrides: pd.DataFrame, site: Site, remarks: list[str]
) -> dict[str, pd.DataFrame] | None:
    """Return one queue's tables, or None where nothing was counted; add to the remarks."""
    rows = _beside_actual(spoke.forecast, history)
    name = str(rows["queue"].iloc[0])
    remarks += _uncounted(rows, name)
    if rows["offered"].isna().all():
        return None
    rows = pd.concat([rows, costs(rows, spoke.requirement, spoke.coverage, site)], axis=1)
    remarks += _staffing(rows, name)
    levels = {by: scores(rows, history, site, by) for by in LEVELS}
    ledger = pd.concat([_entries(rows, errors, site, by) for by, (errors, _) in levels.items()])
    names = pd.Series(names_of(rows, site), rows.index)
    by_day = ledger[ledger["by"] == "day"].reset_index(drop=True)
    alarms = alarms_of(by_day, names.groupby(spans(rows, "day")).first())
    counted = rows.assign(name=names)[rows["offered"].notna()]
    counted["override"] = worsened(counted, spoke, overrides)
    verdicts = levels["interval"][0].set_index("start")[["error", "verdict"]]
    return {
        "ledger": ledger,
        "accuracy": pd.concat([accuracy for _, accuracy in levels.values()]),
        "value_added": value_added(spoke.steps, counted, site.tolerance_of(name)),
        "worst": worst_of(counted.join(verdicts, on="start"), alarms, site),
        "alarms": alarms,
    }


def _beside_actual(said: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Return the published intervals with what came: offered, handled and aht_came_s, empty where unknown."""
    if history.empty:
        return said.assign(offered=float("nan"), handled=float("nan"), aht_came_s=float("nan"))
    aht_s, handled = forecasting.handling_time(history)
    came = history[["start", "offered"]].assign(handled=handled, aht_came_s=aht_s.where(aht_s > 0))
    return said.merge(came, on="start", how="left")


def _unspoken(spoke: Spoken, history: pd.DataFrame) -> pd.DataFrame:
    """Return the intervals of the days spoken of in which calls came, though no forecast said any."""
    of_days = local_day(history["start"]).isin(spoke.days)
    return history[of_days & (history["offered"] > 0) & ~history["start"].isin(spoke.forecast["start"])]


def _beside(unspoken: pd.DataFrame, name: str) -> list[str]:
    """Say how many calls came where no forecast spoke."""
    if unspoken.empty:
        return []
    calls, days = unspoken["offered"].sum(), span_of(local_day(unspoken["start"]))
    return [
        f"{name}: {calls:,.0f} calls came in {len(unspoken):,} intervals that no forecast spoke of, and are "
        f"not compared: {days}"
    ]


def _uncounted(rows: pd.DataFrame, name: str) -> list[str]:
    """Say which published days that are over have no count at all, and how many intervals of others."""
    counted = rows["offered"].notna()
    some = counted.groupby(local_day(rows["start"])).transform("any")
    said = []
    if not some.all():
        days = span_of(local_day(rows.loc[~some, "start"]))
        said.append(f"{name}: no count in the history, and not scored: {days}")
    if (missing := int((some & ~counted).sum())) > 0:
        said.append(f"{name}: {missing:,} intervals of days that are scored have no count, and are left out")
    return said


def _staffing(rows: pd.DataFrame, name: str) -> list[str]:
    """Say where costs are not known, and where service levels rest on less than a roster."""
    counted = rows[rows["offered"].notna()]
    of, blind = counted["staffing"].value_counts(), int(untimed(counted).sum())
    said = []
    if counted["over_h"].isna().all():
        said.append(f"{name}: no handling time is known, so that costs are not: set aht_s in site.toml")
    elif blind:
        said.append(
            f"{name}: {blind:,} intervals had no handling time; the forecast's was taken, and the miss is "
            "put down to calls"
        )
    for kind, text in (
        (REQUIREMENT, "the agents that the requirement asks for"),
        (NEEDED, "the agents that the goals of site.toml ask for"),
    ):
        if of.get(kind, 0):
            share = "" if of[kind] == len(counted) else f" in {of[kind]:,} of {len(counted):,} intervals"
            said.append(f"{name}: no roster was published{share}: there service levels rest on {text}")
    return said


def _entries(rows: pd.DataFrame, errors: pd.DataFrame, site: Site, by: str) -> pd.DataFrame:
    """Return the ledger's rows of one queue at a level."""
    of = spans(rows, by)
    models = rows["model"].groupby(of).agg(lambda names: ", ".join(dict.fromkeys(names)))
    result = errors.merge(by_span(rows, of), on="start", how="left")
    return result.assign(
        model=result["start"].map(models),
        share=result["error"] / result["offered"].where(result["offered"] > 0),
        tolerance=site.tolerance_of(str(rows["queue"].iloc[0])),
    )
