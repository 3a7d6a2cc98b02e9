"""The tables of a quote as a client sees them: only the columns named here, no cost, no margin, no wage."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from reporting.management.parts import Chart, Column, Heat, Listing, Series
from reporting.quoting.offer_parts import Material, number, percent
from reporting.quoting.offer_terms import clock, marked, volume
from reporting.words import missing

# What is listed as a figure that the quote rests on: its place in the terms, how it is written, the value
# that says nothing.
_FIGURES = (
    ("traffic.calls", "volume", None),
    ("traffic.history", "text", ""),
    ("traffic.aht_s", "seconds", None),
    ("traffic.patience_s", "seconds", None),
    ("traffic.profile", "profile", None),
    ("traffic.weekdays", "weekdays", (1,) * 7),
    ("traffic.busy_hour_factor", "share", None),
    ("traffic.growth_a_year", "share", 0),
    ("traffic.months", "months", ()),
    ("traffic.peak_month_factor", "number", None),
    ("traffic.workload.ivr_contained", "share", 0),
    ("traffic.workload.blocked", "share", 0),
    ("traffic.workload.first_call_resolution", "share", 1),
    ("traffic.workload.repeating", "share", 0),
    ("traffic.workload.transferred", "share", 0),
    ("traffic.workload.transfer_aht_s", "seconds", None),
    ("traffic.workload.escalated", "share", 0),
    ("traffic.workload.escalation_aht_s", "seconds", None),
    ("traffic.workload.called_back", "share", 0),
    ("time_band.above_calls", "number", None),
    ("time_band.holidays_a_year", "number", 0),
    ("standard.service_level", "share", None),
    ("standard.within_s", "seconds", None),
    ("standard.asa_s", "seconds", None),
    ("standard.abandoned", "share", None),
    ("standard.occupancy", "share", None),
    ("direction.outbound.list_size", "number", None),
    ("direction.outbound.attempts_each", "number", None),
    ("direction.outbound.reached", "share", None),
    ("direction.outbound.introduced", "share", None),
    ("direction.outbound.sales", "share", None),
    ("direction.outbound.attempt_s", "seconds", None),
    ("direction.outbound.talk_s", "seconds", None),
    ("direction.outbound.wrap_s", "seconds", 0),
    ("direction.outbound.target_sales", "number", None),
    ("other.special_training_h", "number", 0),
)
# What no quote is reckoned on, and what one with a history of calls is not.
_COMPARED = ("traffic.busy_hour_factor",)
_COMPARED_BESIDE_HISTORY = ("traffic.calls", "traffic.profile", "traffic.weekdays")
# What is known of the traffic, and how it is written; its doubt is ours.
_KNOWN = {"calls_a_week": "count", "aht_s": "seconds", "busy_hour_factor": "share"}
# What the calls of a month are in an outbound quote.
_OUTBOUND = {"calls": "records", "aht_s": "record_s"}
# What goes with a rate, and how it is written; the minimum of a call's method is money.
_CONDITIONS = {
    "base": "money", "included": "number", "minimum": "number", "baseline": "number", "band": "share",
    "additional": "money", "reduced": "money", "success": "share",
}  # fmt: skip


def rates(m: Material) -> Listing:
    """Return the rate of each billing method, with what goes with it."""
    discounted = bool(m.terms["price"]["discount"])
    columns = [m.heading("method"), m.heading("rate", "money")]
    columns += [m.heading("discounted_rate", "money")] if discounted else []
    columns += [m.heading("unit"), m.heading("conditions")]
    rows = []
    for row in m.tables["prices"].to_dict("records"):
        texts = m.words.texts["methods"][row["method"]]
        billing = m.terms["billing"][row["n"] - 1]
        cells = [row["rate"], row["discounted_rate"]] if discounted else [row["rate"]]
        rows.append([_method(m, row), *cells, texts["unit"], _conditions(m, billing, texts)])
    return Listing(m.caption("rates"), columns, rows)


def fees(m: Material) -> Listing:
    """Return the fees expected over the term: before and after discount, what comes on top, tax apart."""
    names = ["revenue"]
    names += ["after_discount"] if m.terms["price"]["discount"] else []
    names += ["add_ons"] if m.terms["price"]["add_ons"] else []
    names += ["tax"] if m.terms["cost"]["tax"] else []
    names += ["with_tax"] if len(names) > 1 else []
    table = m.tables["prices"]
    rows = [[_method(m, row), *(row[name] for name in names)] for row in table.to_dict("records")]
    columns = [m.heading("method"), *(m.heading(name, "money") for name in names)]
    return Listing(m.caption("fees"), columns, rows)


def add_ons(m: Material) -> Listing:
    """Return the further fees."""
    per = m.words.texts["line_per"]
    rows = [[line["name"], line["amount"], per[line["per"]]] for line in m.terms["price"]["add_ons"]]
    columns = [m.heading("name"), m.heading("amount", "money"), m.heading("per")]
    return Listing(m.caption("add_ons"), columns, rows)


def steps(m: Material) -> Listing:
    """Return the credits and the bonus by service level reached."""
    rows = []
    for moves in ("credit", "bonus"):
        for step in m.terms["sla"]["credits" if moves == "credit" else "bonuses"]:
            edge = "below" if step["below"] is not None else "above"
            reached = m.words.say("steps", edge, share=percent(step[edge]))
            rows.append([reached, m.words.say("steps", moves, share=percent(step["share"]))])
    return Listing(m.caption("steps"), [m.heading("step"), m.heading("moves")], rows)


def months(m: Material, names: Mapping[str, str]) -> Listing:
    """Return columns of the months, each with the kind that it is written as."""
    table = m.tables["months"]
    columns = [Column(m.heading("month").heading, "month")]
    outbound = m.terms["direction"]["way"] == "outbound"
    columns += [
        m.heading(_OUTBOUND.get(name, name) if outbound else name, kind) for name, kind in names.items()
    ]
    rows = table[["start", *names]].to_numpy(dtype=object).tolist()
    return Listing(m.caption("months"), columns, rows)


def ladder(m: Material) -> Listing:
    """Return the price of each service level."""
    names = {"seats": "count", "agent_h": "count", "price": "money", "per_call": "money"}
    names |= {"more": "money", "more_share": "change"}
    headings = {"agent_h": "hours_a_month"}
    columns = [
        m.heading("goal"),
        *(m.heading(headings.get(name, name), kind) for name, kind in names.items()),
    ]
    rows = m.tables["ladder"][["goal", *names]].to_numpy(dtype=object).tolist()
    return Listing(m.caption("ladder"), columns, rows)


def has_pattern(m: Material) -> bool:
    """Tell whether calls have a pattern to draw: those that are made are spread evenly."""
    return "requirement" in m.tables and m.terms["direction"]["way"] == "inbound"


def typical_week(m: Material) -> list[Listing]:
    """Return the calls of the typical week as a heat map; calls and agents of its busiest day as curves."""
    table = m.tables["requirement"]
    names = m.words.texts["dates"]["weekdays"]
    wide = table.pivot(index="minute", columns="weekday", values="calls")
    time = m.heading("time")
    columns = [time, *(Column(names[day], "mean") for day in wide.columns)]
    rows = [[clock(minute), *values] for minute, values in zip(wide.index, wide.to_numpy(), strict=True)]
    heat = Heat("peak_week", tuple(int(day) for day in wide.columns))
    week = Listing(m.caption("peak_week"), columns, rows, charts=[heat], dense=True)
    busiest = table.groupby("weekday")["calls"].sum().idxmax()
    day = table[table["weekday"] == busiest]
    rows = [[clock(row.minute), row.calls, row.agents] for row in day.itertuples()]
    charts = [
        Chart("peak_day", "mean", (Series(1, "calls", "bar"),), "word"),
        Chart("peak_agents", "count", (Series(2, "agents", "line"),), "word"),
    ]
    columns = [time, m.heading("calls", "mean"), m.heading("agents_there", "count")]
    caption = m.words.say("captions", "peak_day", day=names[busiest])
    return [week, Listing(caption, columns, rows, charts=charts, dense=True)]


def steps_to_agents(m: Material) -> list[Listing]:
    """Return what becomes of the calls given before agents take them, step by step in a mean month."""
    if "workload" not in m.tables or m.terms["direction"]["way"] == "outbound":
        return []
    texts, rows = m.words.texts["workload"], []
    for row in m.tables["workload"].to_dict("records"):
        name, _, rest = row["line"].replace(":", ",").partition(",")
        given = name == "calls as given"
        line = texts["calls by forecast" if given and m.terms["traffic"]["history"] else name]
        if given and (lost := re.search(r"[\d.]+%", rest)):
            line = m.joined([line, m.say("lost", share=lost[0])])
        rows.append([line, row["calls"], row["aht_s"]])
    columns = [m.heading("workload"), m.heading("calls_a_month", "count"), m.heading("aht_s", "count")]
    return [Listing(m.caption("workload"), columns, rows, [m.say("months_differ")])]


def known(m: Material) -> list[Listing]:
    """Return what is known of the traffic: estimates of the client, our forecast, what was measured."""
    if "figures" not in m.tables or m.terms["direction"]["way"] == "outbound":
        return []
    table = m.tables["figures"]
    rows = []
    for row in table[table["item"].isin(_KNOWN)].to_dict("records"):
        source = [text for text in (row["who"], row["source"]) if not missing(text)]
        date = None if missing(row["date"]) else m.words.whole_day(dt.date.fromisoformat(row["date"]))
        used = m.words.texts["used"][row["used"]]
        value = _written(m, row["value"], _KNOWN[row["item"]])
        kind = m.words.texts["kinds"][row["kind"]]
        rows.append([m.words.texts["known"][row["item"]], value, kind, used, m.joined(source) or None, date])
    columns = [m.heading(name) for name in ("figure", "value", "kind", "used", "source")]
    columns.append(m.heading("date", "when"))
    return [Listing(m.caption("known"), columns, rows)]


def assumptions(m: Material) -> Listing:
    """Return the figures that the quote rests on, each marked as what it is, with source and date."""
    rows = []
    compared = _COMPARED + (_COMPARED_BESIDE_HISTORY if m.terms["traffic"]["history"] else ())
    for path, kind, nothing in _FIGURES:
        value = m.figure(path)
        if missing(value) or value == nothing:
            continue
        what, source, date = marked(m, path)
        if path in compared:
            what = m.joined([what, m.words.texts["used"]["no"]])
        day = m.words.whole_day(date) if date else None
        rows.append([m.words.texts["figures"][path], _written(m, value, kind), what, source or None, day])
    columns = [m.heading(name) for name in ("figure", "value", "kind", "source")]
    columns.append(m.heading("date", "when"))
    return Listing(m.caption("assumptions"), columns, rows)


def _method(m: Material, row: Mapping[str, Any]) -> str:
    """Return the name of a billing method, numbered where the offer has several."""
    name = str(m.words.texts["methods"][row["method"]]["name"])
    return f"({row['n']}) {name}" if len(m.tables["prices"]) > 1 else name


def _conditions(m: Material, billing: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    said = []
    writing = {"money": m.money, "share": percent, "number": number}
    for key, kind in _CONDITIONS.items():
        if billing[key] is not None:
            least = key == "minimum" and billing["method"] == "per_call_minimum"
            said.append(texts[key].format(value=writing["money" if least else kind](billing[key])))
    return m.joined(said) or str(m.words.texts["page"]["no_condition"])


def _written(m: Material, value: Any, kind: str) -> str:
    if kind == "volume":
        return volume(m)
    if kind == "profile":
        return value if isinstance(value, str) else m.say("profile", n=len(value))
    if kind in ("weekdays", "months"):
        names = m.words.texts["dates"][kind]
        return m.joined([f"{name} {number(weight)}" for name, weight in zip(names, value, strict=True)])
    if kind == "seconds":
        return m.say("seconds", seconds=number(value))
    if kind == "count":
        return m.words.number(value, kind)
    return {"share": percent, "number": number}.get(kind, str)(value)
