"""What a report says, section by section in the chain's order: pictures and grids, nothing computed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from callplan.intervals import local_day
from reporting import captions, figures, tracking
from reporting.grids import Grid, by_clock, by_row, starts_by_day
from reporting.parts import Goal, by_queue
from reporting.pictures import Picture, drawn
from reporting.promised import promise_blocks, what_if_blocks
from reporting.words import day, moment

# A page has room for the intervals of so many days; the rest is left to the workbook.
MOST_DAYS = 14
_LONG = ("forecast", "requirement", "shift_plan", "coverage", "actual", "delivered")

Block = Picture | Grid
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Section:
    """One section; its blocks stand under the name of their queue, where there are several."""

    name: str
    title: str
    lead: str
    blocks: dict[str, list[Block]]


@dataclass(frozen=True)
class Aim:
    """What a queue is measured by: its service level, and the tolerance of its forecast."""

    goal: float | None
    tolerance: float


def sections(tables: Tables, goal: Goal, tolerance: float) -> list[Section]:
    """Return the sections that the tables have something to say in."""
    queues = by_queue({name: rows for name, rows in tables.items() if name != "assumptions"})
    found = [_assumptions(tables)]
    for name, title, lead, blocks_of in _CHAIN:
        blocks = {}
        for queue, parts in queues.items():
            aim = Aim(goal.get(queue) if isinstance(goal, Mapping) else goal, tolerance)
            near = {part: _first_days(rows) if part in _LONG else rows for part, rows in parts.items()}
            blocks[queue] = blocks_of(near, aim)
        found.append(Section(name, title, lead, {queue: own for queue, own in blocks.items() if own}))
    return [section for section in found if any(section.blocks.values())]


def _assumptions(tables: Tables) -> Section:
    lead = "What this plan takes as given. Where one of these is wrong, so is what follows from it."
    blocks: list[Block] = []
    if "assumptions" in tables:
        rows = tables["assumptions"]
        of_queue = ["queue"] if len(rows["queue"].unique()) > 1 else []
        blocks.append(by_row(rows, [*of_queue, "item", "value", "source"], ""))
    return Section("assumptions", "Assumptions", lead, {"": blocks})


def _forecast(parts: Tables, aim: Aim) -> list[Block]:
    blocks: list[Block] = []
    actual = parts.get("actual")
    if "forecast" in parts:
        latest_first = parts["forecast"].sort_values("cutoff", ascending=False)
        for model, rows in _each_model(latest_first, ["start"]):
            text = captions.describe_forecast(rows, actual)
            blocks.append(drawn(figures.plot_forecast(rows, actual), text))
            blocks.append(by_clock(rows, "calls", f"Forecast by {model}"))
    # A ledger has its accuracy beside it.
    if "accuracy" in parts and "ledger" not in parts:
        blocks += _accuracy(parts["accuracy"], aim)
    if "errors" in parts:
        for model, rows in _each_model(parts["errors"].sort_values("lead_days"), ["by", "start"]):
            blocks += _errors(rows, model, aim)
    return blocks


def _accuracy(accuracy: pd.DataFrame, aim: Aim) -> list[Block]:
    """Show how good the forecast was, beside the best that any could be; its verdicts stand below."""
    apart = [name for name in ("model", "lead_days") if len(accuracy[name].unique()) > 1]
    by = pd.Categorical(accuracy["by"], ["interval", "day", "week", "month", "quarter"], ordered=True)
    rows = accuracy.assign(by=by).sort_values(["by", *apart], ignore_index=True).astype({"by": str})
    # A row holds the leads of one week.
    rows["lead_days"] = [f"{lead - 6} to {lead}" for lead in rows["lead_days"]]
    numbers = ["n", "wape", "noise_floor", "bias", "hit_rate", "attainable", "mase"]
    headings = {"hit_rate": f"Within ±{aim.tolerance:.0%}"}
    caption = "How near the forecast came"
    return [
        by_row(rows, ["by", *apart, *numbers], caption, headings, signed=["bias"]),
        by_row(rows, ["by", *apart, "verdict"], f"{caption}, in words"),
    ]


def _errors(errors: pd.DataFrame, model: str, aim: Aim) -> list[Block]:
    blocks: list[Block] = []
    of_day = errors[errors["by"] == "day"]
    if len(of_day):
        text = captions.describe_errors(of_day, aim.tolerance)
        blocks.append(drawn(figures.plot_errors(errors, aim.tolerance), text))
    longer = errors[errors["by"].isin(["day", "week"])].sort_values(["by", "start"])
    if len(longer):
        week = longer["by"] == "week"
        rows = longer.assign(
            start=longer["start"].map(day).where(~week, "Week of " + longer["start"].map(day)),
            share=longer["error"] / longer["offered"].where(longer["offered"] > 0),
        )
        columns = ["start", "calls", "offered", "error", "share", "floor", "verdict"]
        headings = {"start": "Day", "share": "Error in percent"}
        caption = f"Error of {model} by day and week"
        signed = ["error", "share"]
        blocks.append(by_row(rows, columns, caption, headings, {"share": "share"}, signed))
    of_interval = errors[errors["by"] == "interval"]
    if len(of_interval):
        caption = "Error by time of day (+ is a forecast too high)"
        blocks.append(by_clock(_first_days(of_interval), "error", caption, signed=True))
    return blocks


def _requirement(parts: Tables, _: Aim) -> list[Block]:
    if "requirement" not in parts:
        return []
    rows = parts["requirement"]
    return [
        drawn(figures.plot_requirement(rows), captions.describe_requirement(rows)),
        by_clock(rows, "rostered", "To be rostered"),
    ]


def _schedule(parts: Tables, aim: Aim) -> list[Block]:
    blocks: list[Block] = []
    if "outcome" in parts:
        columns = ["status", "cost", "bound", "gap", "solver", "stopped_by"]
        blocks.append(by_row(parts["outcome"], columns, "How the schedule was found"))
    if "coverage" in parts:
        rows = parts["coverage"]
        blocks.append(drawn(figures.plot_coverage(rows), captions.describe_coverage(rows)))
        if "service_level" in rows and "delivered" not in parts:
            text = captions.describe_service_level(rows, goal=aim.goal)
            blocks.append(drawn(figures.plot_service_level(rows, goal=aim.goal), text))
        spare = rows.assign(heads=rows["over"] - rows["under"])
        if spare["heads"].any():
            blocks.append(by_clock(spare, "heads", "Over (+) and under (−) the need", signed=True))
    if "days" in parts:
        rows = parts["days"]
        blocks.append(drawn(figures.plot_days(rows), captions.describe_days(rows)))
        blocks.append(_planned_days(rows))
    if "shift_plan" in parts:
        rows = parts["shift_plan"]
        blocks.append(drawn(figures.plot_shift_plan(rows), captions.describe_shift_plan(rows)))
        blocks.append(starts_by_day(rows))
    return blocks


def _planned_days(days: pd.DataFrame) -> Grid:
    hours = ["needed_h", "staffed_h", "paid_h"]
    columns = [name for name in ("start", "calls", *hours, "service_level", "met") if name in days]
    headings = {"start": "Day", "service_level": "Service level, planned"}
    dated = days.assign(start=days["start"].map(day))
    return by_row(dated, columns, "The plan by day", headings, total=["calls", *hours])


def _came(parts: Tables, aim: Aim) -> list[Block]:
    blocks: list[Block] = []
    if "days" in parts and "delivered" in parts["days"]:
        blocks.append(_delivered_days(parts["days"]))
    if "delivered" in parts and "service_level" in parts["delivered"]:
        delivered = parts["delivered"]
        if "service_level" in parts.get("coverage", ()):
            text = captions.describe_service_level(parts["coverage"], delivered, aim.goal)
            blocks.append(drawn(figures.plot_service_level(parts["coverage"], delivered, aim.goal), text))
        caption = "Service level delivered" + (
            "" if aim.goal is None else f", beside the goal of {aim.goal:.0%}"
        )
        blocks.append(by_clock(delivered, "service_level", caption, middle=aim.goal or 0.0, scale=1.0))
    return blocks


def _delivered_days(days: pd.DataFrame) -> Grid:
    wanted = ("start", "calls", "offered", "error", "service_level", "delivered", "met", "delivered_met")
    columns = [name for name in wanted if name in days]
    headings = {
        "start": "Day",
        "service_level": "Service level, planned",
        "delivered": "Service level, delivered",
        "met": "Intervals at goal, planned",
    }
    calls = [name for name in ("calls", "offered", "error") if name in days]
    dated = days.assign(start=days["start"].map(day))
    return by_row(dated, columns, "Planned and delivered by day", headings, signed=["error"], total=calls)


def _ledger(parts: Tables, aim: Aim) -> list[Block]:
    """Show what was published beside what came."""
    if "ledger" not in parts:
        return []
    ledger = parts["ledger"]
    blocks: list[Block] = []
    if (ledger["by"] == "day").any():
        text = captions.describe_control_chart(ledger, parts.get("alarms"))
        blocks.append(drawn(tracking.plot_control_chart(ledger, parts.get("alarms")), text))
    if "accuracy" in parts:
        tolerance = float(ledger["tolerance"].iloc[0])
        blocks += _accuracy(parts["accuracy"], Aim(aim.goal, tolerance))
    if "value_added" in parts:
        text = captions.describe_value_added(parts["value_added"])
        blocks.append(drawn(tracking.plot_value_added(parts["value_added"]), text))
    if "alarms" in parts:
        blocks.append(by_row(_dated(parts["alarms"]), ["start", "lean", "share", "days", "text"], "Alarms"))
    weeks = ledger[ledger["by"] == "week"]
    if len(weeks):
        columns = [name for name in _WEEK if name in weeks]
        signed = ["share", "volume_h", "aht_h"]
        caption = "What was published, what came and what the miss cost, by week"
        blocks.append(by_row(_dated(weeks), columns, caption, {"start": "Week of"}, signed=signed))
    if "worst" in parts:
        rows = parts["worst"].assign(start=parts["worst"]["start"].map(moment))
        columns = ["start", "calls", "offered", "error", "cost", "service_level", "cause"]
        blocks.append(by_row(rows, columns, "The costliest intervals", signed=["error"]))
    return blocks


_WEEK = (
    *("start", "calls", "offered", "share", "over_h", "short_h", "volume_h", "aht_h", "cost"),
    "service_level",
)


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(start=rows["start"].map(day))


_Blocks = Callable[[Tables, Aim], list[Block]]
_CHAIN: tuple[tuple[str, str, str, _Blocks], ...] = (
    (
        "forecast",
        "Forecast",
        "How many calls are expected, and how near the forecast comes. None can be expected to come nearer "
        "than the noise floor: calls come by chance.",
        _forecast,
    ),
    (
        "requirement",
        "Requirement",
        "How many agents those calls need on the phones, and how many heads to roster to have them there.",
        _requirement,
    ),
    (
        "schedule",
        "Schedule",
        "Which shifts cover the need, what they leave over and under, and how near the cheapest this is.",
        _schedule,
    ),
    (
        "promise",
        "The promise",
        "What callers will meet with this schedule. Its weeks were played call by call as they may come: "
        "with the forecast's doubt, with absence, and with chance. So it mostly lies below the planned "
        "service level of the schedule, which is that of the mean forecast with the mean of heads present.",
        lambda parts, _: promise_blocks(parts),
    ),
    (
        "scenarios",
        "What if",
        "What one head more or fewer in every interval changes, and what the same days come to if things "
        "were otherwise.",
        lambda parts, _: what_if_blocks(parts),
    ),
    (
        "came",
        "What then came",
        "The calls that really came, and the service level that this schedule would have given them.",
        _came,
    ),
    (
        "ledger",
        "The ledger",
        "What was published beside what came: how near, what the misses cost, what each step of the forecast "
        "added, and where it drifts.",
        _ledger,
    ),
)


def _each_model(nearest_first: pd.DataFrame, key: list[str]) -> list[tuple[str, pd.DataFrame]]:
    """Return each model's rows, the first one for each `key`: a backtest has several."""
    rows = nearest_first.drop_duplicates([*key, "model"])
    return [(str(model), own.sort_values("start", ignore_index=True)) for model, own in rows.groupby("model")]


def _first_days(rows: pd.DataFrame) -> pd.DataFrame:
    days = local_day(rows["start"])
    return rows[days.isin(days.unique()[:MOST_DAYS])]
