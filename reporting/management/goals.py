"""Sections of the goals: the scorecard, each interval, what was excluded, all conventions, the forecast."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from callplan.intervals import local_day
from reporting.languages import Language
from reporting.management.figures import kind_of
from reporting.management.parts import Block, Chart, Column, Listing, Saying, Series

_SIGNS = {"met": "●", "missed": "○", "excluded": "E", "no calls": "·", "missing": "–"}


def assessment(compliance: pd.DataFrame, words: Language) -> list[Block]:
    """Say of each goal whether it was reached, with its formula."""
    if compliance.empty:
        return []
    columns = [_word(words, name) for name in ("goal", "first", "last")]
    columns += [Column(words.word("target")), Column(words.word("value")), Column(words.word("state"))]
    rows, formulas = [], []
    for row in compliance.to_dict("records"):
        kind = kind_of(row["goal"])
        value = words.number(row["value"], kind)
        rows.append(
            [_goal(row, words), *_dates(row), _target(row, words), value, words.say("states", row["state"])]
        )
        if value != "–":
            parts = (words.number(row[name], "count") for name in ("numerator", "denominator"))
            formulas.append(f"{_goal(row, words)}: {' / '.join(parts)} = {value}")
    return [Listing(words.say("captions", "assessment"), columns, rows, formulas)]


def scorecard(compliance: pd.DataFrame, words: Language) -> list[Block]:
    """Return each goal's target, value, result, credit and bonus."""
    if compliance.empty:
        return []
    names = ("goal", "first", "last", "target", "value", "with_all", "state", "credit", "bonus")
    columns = [_word(words, name) for name in names]
    rows = []
    for row in compliance.to_dict("records"):
        kind = kind_of(row["goal"])
        values = [words.number(row[name], kind) for name in ("value", "with_all")]
        state = words.say("states", row["state"])
        shares = [row["credit"], row["bonus"]]
        rows.append([_goal(row, words), *_dates(row), _target(row, words), *values, state, *shares])
    return [Listing(words.say("captions", "compliance"), columns, rows)]


def settlement(report: Any, words: Language) -> list[str]:
    """Say what credits and bonus come to, with their formulas."""
    own = report.settlement
    names = ("credit", "bonus", "credit_capped", "bonus_capped")
    share = {name: words.exact_share(getattr(own, name), of=own.amount) for name in names}
    bonus = share["bonus_capped"]
    lines = [words.say("page", "credit_formula", **share)]
    if own.amount:
        amount, money = (words.number(value, "money") for value in (own.amount, own.money))
        lines.append(
            words.say(
                "page",
                "money_formula",
                amount=amount,
                bonus=bonus,
                credit=share["credit_capped"],
                money=money,
            )
        )
    return lines


def attainment(report: Any, queue: str, words: Language) -> list[Block]:
    """Return how many intervals met each goal, and every interval of every goal as a sign."""
    compliance = report.compliance[report.compliance["queue"] == queue]
    if compliance.empty:
        return []
    counts = ("met", "missed", "excluded", "quiet", "missing")
    columns = [_word(words, "goal"), *(Column(words.word(name), "count") for name in counts)]
    columns.append(Column(words.word("met_share"), "share"))
    rows = []
    for row in compliance.to_dict("records"):
        judged = row["met"] + row["missed"]
        share = row["met"] / judged if judged else None
        rows.append([f"{_goal(row, words)} {_target(row, words)}", *(row[name] for name in counts), share])
    formulas = [words.say("page", "met_share_formula")]
    blocks: list[Block] = [Listing(words.say("captions", "attainment"), columns, rows, formulas)]
    own = report.attainment[report.attainment["queue"] == queue]
    for (goal, target), cells in own.groupby(["goal", "target"], sort=False):
        caption = words.say(
            "captions",
            "grid",
            goal=words.word(str(goal)),
            target=words.number(target, kind_of(str(goal))),
            first=cells["start"].min().date(),
        )
        blocks.append(_signs(cells, caption, words))
    return blocks


def _signs(cells: pd.DataFrame, caption: str, words: Language) -> Listing:
    """Return intervals as signs, times of day beside days; a doubled hour has the sign of its first."""
    days, clock = local_day(cells["start"]), cells["start"].dt.strftime("%H:%M")
    table = pd.DataFrame({"day": days, "clock": clock, "sign": cells["state"].map(_SIGNS)})
    wide = table.drop_duplicates(["day", "clock"]).pivot(index="clock", columns="day", values="sign")  # noqa: PD010
    columns = [Column(words.say("page", "time")), *(Column(str(day.day)) for day in wide.columns)]
    rows = [
        [time, *("" if sign != sign else sign for sign in signs)]
        for time, signs in zip(wide.index, wide.to_numpy(), strict=True)
    ]
    return Listing(caption, columns, rows, [words.say("page", "legend_states")], dense=True)


def exclusions(report: Any, words: Language) -> Block:
    """List what was excluded, and why."""
    rows = report.exclusions
    if rows.empty:
        return Saying(words.say("page", "no_exclusions"))
    columns = [Column(words.word(name), "moment") for name in ("start", "end")]
    columns += [_word(words, "queue"), _word(words, "reason")]
    everyone = words.say("page", "excluded_all")
    cells = [
        [row["start"], row["end"], everyone if pd.isna(row["queue"]) else row["queue"], row["reason"]]
        for row in rows.to_dict("records")
    ]
    return Listing(words.say("captions", "exclusions"), columns, cells)


def conventions(table: pd.DataFrame, words: Language) -> list[Block]:
    """Return the service level by each convention, or the columns that it lacks."""
    columns = [_word(words, "convention"), Column(words.word("service_level"), "share")]
    columns += [Column(words.word(name), "count") for name in ("numerator", "denominator")]
    columns += [_word(words, "formula"), _word(words, "lacks")]
    rows = [
        [
            f"{words.say('conventions', row['convention'])} ({row['convention']})",
            *(row[name] for name in ("value", "numerator", "denominator")),
            words.formula(row["formula"]),
            row["lacks"],
        ]
        for row in table.to_dict("records")
    ]
    return [Listing(words.say("captions", "conventions"), columns, rows)]


def accuracy(days: Mapping[str, tuple[int, int]], table: pd.DataFrame, words: Language) -> list[Block]:
    """Return how near the forecast came, by level and days ahead, and of how many days that is."""
    kinds = {"wape": "share", "bias": "change", "hit_rate": "share", "noise_floor": "share"}
    columns = [_word(words, "by"), Column(words.word("lead_days")), Column(words.word("n"), "count")]
    columns += [Column(words.word(name), kind) for name, kind in kinds.items()]
    order = {"interval": 0, "day": 1, "week": 2}
    ordered = table.sort_values(
        ["by", "lead_days"], key=lambda keys: keys.map(order) if keys.name == "by" else keys
    )
    rows = [
        [words.word(row["by"]), f"≤ {row['lead_days']}", row["n"], *(row[name] for name in kinds)]
        for row in ordered.to_dict("records")
    ]
    lines = [words.say("page", "accuracy_formula")]
    queue = table["queue"].iloc[0]
    if queue in days:
        compared, due = days[queue]
        lines.insert(0, words.say("page", "accuracy_days", days=compared, due=due))
    return [Listing(words.say("captions", "accuracy"), columns, rows, lines)]


def outlook(report: Any, queue: str, words: Language) -> list[Block]:
    """Return the year before and the weeks to come."""
    blocks: list[Block] = []
    years = report.years[report.years["queue"] == queue]
    if len(years):
        names = {"first": "whole_day", "offered": "count", "before": "count", "change": "change"}
        columns = [
            Column(words.word(name), "day" if kind == "whole_day" else kind) for name, kind in names.items()
        ]
        cells = [[row[name] for name in names] for row in years.to_dict("records")]
        blocks.append(
            Listing(words.say("captions", "years"), columns, cells, [words.say("page", "years_formula")])
        )
    ahead = report.outlook[report.outlook["queue"] == queue] if len(report.outlook) else report.outlook
    if len(ahead):
        columns = [Column(words.say("page", "week"), "week")]
        columns += [Column(words.word(name), "count") for name in ("calls", "calls_lo", "calls_hi")]
        cells = [
            [row[name] for name in ("start", "calls", "calls_lo", "calls_hi")]
            for row in ahead.to_dict("records")
        ]
        series = (Series(2, "calls_lo", "lo"), Series(3, "calls_hi", "hi"), Series(1, "calls", "line"))
        level = words.number(ahead["level"].iloc[0], "share")
        tried = report.tried[report.tried["queue"] == queue]
        lines = [words.say("page", "outlook_formula", level=level), *_tried(tried, level, words)]
        chart = Chart("outlook", "count", series, "week")
        blocks.append(Listing(words.say("captions", "outlook"), columns, cells, lines, [chart]))
    return blocks


def _tried(tried: pd.DataFrame, level: str, words: Language) -> list[str]:
    """Say how forecasts so far ahead have done on past weeks, and how wide the band therefore is."""
    lines = []
    for row in tried.to_dict("records"):
        span = {"first": row["weeks_ahead"], "last": row["until"], "n": row["n"]}
        if pd.isna(row["wape"]):
            lines.append(words.say("page", "outlook_untried", **span))
            continue
        shares = {name: words.number(row[name], "share") for name in ("wape", "held")}
        ends = {"bias": row["bias"], "down": -row["band_down"], "up": row["band_up"]}
        changes = {name: words.number(share, "change") for name, share in ends.items()}
        lines.append(words.say("page", "outlook_tried", **span, **shares, **changes, level=level))
    return lines


def _word(words: Language, name: str) -> Column:
    return Column(words.word(name), "day" if name in ("first", "last") else _SHARES.get(name, "word"))


_SHARES = {"credit": "share", "bonus": "share"}


def _goal(row: dict[str, Any], words: Language) -> str:
    """Name a goal: its figure, and the threshold and convention of a service level."""
    name = words.word(row["goal"])
    if pd.isna(row["within_s"]):
        return name
    convention = words.say("conventions_short", row["convention"])
    return words.say("page", "goal", figure=name, seconds=row["within_s"], convention=convention)


def _target(row: dict[str, Any], words: Language) -> str:
    better_low = row["goal"] in ("asa_s", "aht_s", "abandoned_share", "blocked_share")
    return ("≤ " if better_low else "≥ ") + words.number(row["target"], kind_of(row["goal"]))


def _dates(row: dict[str, Any]) -> list[Any]:
    return [row["first"], row["last"]]
