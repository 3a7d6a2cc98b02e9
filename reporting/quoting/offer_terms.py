"""The terms of a quote in words: goals, hours, term, volume."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from reporting.management.parts import Listing
from reporting.quoting.offer_parts import Material, Paragraph, Points, number, percent
from reporting.words import missing

_DAY_MIN = 1440


def heads(m: Material) -> list[tuple[str, str]]:
    """Return what stands at the top of a paper: for whom, from whom, when."""
    facts = [(m.label(key), m.terms[key]) for key in ("client", "by")]
    return [*facts, (m.label("date"), m.words.whole_day(m.terms["date"]))]


def goals(m: Material) -> list[str]:
    """Return the goals of the standard, each in words; those of a preset too."""
    standard, said = m.terms["standard"], []
    level, asa_s = m.figure("standard.service_level"), m.figure("standard.asa_s")
    if level is not None:
        convention = m.words.texts["conventions"][standard["convention"]]
        seconds = number(standard["within_s"])
        said.append(m.say("service_level", share=percent(level), seconds=seconds, convention=convention))
    if asa_s is not None:
        said.append(m.say("asa_s", seconds=number(asa_s)))
    for key in ("abandoned", "occupancy"):
        share = m.figure(f"standard.{key}")
        if share is not None:
            said.append(m.say(key, share=percent(share)))
    return said


def hours(m: Material) -> list[tuple[str, str]]:
    """Return the hours of service, days with the same hours together."""
    week = (m.terms["time_band"]["hours"] or {"week": (((0, _DAY_MIN),),) * 7})["week"]
    names = m.words.texts["dates"]["weekdays"]
    spans: list[tuple[str, str]] = []
    first = 0
    for day in range(1, 8):
        if day == 7 or week[day] != week[first]:
            text = m.words.say("page", "span_of_days", first=names[first], last=names[day - 1])
            spans.append((names[first] if day - first == 1 else text, _spans(m, week[first])))
            first = day
    return spans


def hours_listing(m: Material) -> Listing:
    """Return the hours of service as a table."""
    return Listing(m.caption("hours"), [m.heading("days"), m.heading("hours")], hours(m))


def term(m: Material) -> list[tuple[str, str]]:
    """Return how long the contract runs."""
    given = m.terms["term"]
    facts = [
        (m.label("term"), m.words.texts["terms"][given["kind"]]),
        (m.label("start"), m.words.whole_day(given["start"])),
        (m.label("months"), str(given["months"])),
    ]
    if given["active_months"]:
        facts.append((m.label("active_months"), m.joined([month(m, one) for one in given["active_months"]])))
    return facts


def month(m: Material, number_: int) -> str:
    """Return the name of a month, 1 to 12."""
    return str(m.words.texts["dates"]["months"][number_ - 1])


def traffic(m: Material) -> list[tuple[str, str]]:
    """Return what is expected, as the terms give it."""
    given, facts = m.terms["traffic"], []
    if m.terms["direction"]["outbound"] is not None:
        facts.append((m.label("volume"), m.say("of_the_funnel")))
    elif given["history"]:
        facts.append((m.label("volume"), _forecast(m)))
    else:
        facts.append((m.label("volume"), _with_mark(m, volume(m), "traffic.calls")))
    if given["aht_s"] is not None:
        seconds = m.say("seconds", seconds=number(given["aht_s"]))
        facts.append((m.label("aht"), _with_mark(m, seconds, "traffic.aht_s")))
    elif seen := [row for row in known(m, "aht_s") if row["used"] == "yes"]:
        seconds = m.say("seconds", seconds=m.words.number(seen[0]["value"], "count"))
        facts.append((m.label("aht"), _as_kind(m, seconds, seen[0]["kind"])))
    if given["growth_a_year"]:
        facts.append((m.label("growth"), m.say("growth", share=percent(given["growth_a_year"]))))
    if given["peak_month"]:
        factor = number(given["peak_month_factor"])
        facts.append(
            (m.label("busiest"), m.say("busiest", month=month(m, given["peak_month"]), factor=factor))
        )
    if shares := _busy_hours(m):
        facts.append((m.label("busy_hour"), m.joined(shares)))
    above = m.terms["time_band"]["above_calls"]
    if above is not None:
        said = m.say("overflow", calls=number(above), minutes=given["minutes"])
        facts.append((m.label("overflow"), said))
    return facts


def what_a_call_is(m: Material) -> Paragraph | Points:
    """Say what is counted, and charged, as a call."""
    if m.terms["direction"]["way"] == "outbound":
        return Paragraph(m.say("records"))
    workload = m.terms["traffic"]["workload"]
    more = [key for key in ("transferred", "escalated", "ivr_contained") if workload[key]]
    return Points([m.say(f"call_{key}") for key in ("is", *more)])


def known(m: Material, item: str) -> list[Mapping[str, Any]]:
    """Return what several have said of a figure of the traffic: the given first, then what was seen."""
    table = m.tables.get("figures")
    return [] if table is None else table[table["item"] == item].to_dict("records")


def _forecast(m: Material) -> str:
    """Return the volume that a history has led to."""
    used = [row for row in known(m, "calls_a_week") if row["used"] == "yes"]
    calls = m.words.number(used[0]["value"], "count")
    return m.say("forecast", calls=calls)


def _busy_hours(m: Material) -> list[str]:
    """Return the busiest hour of the pattern that the offer rests on; one given beside it, as that."""
    rows, given = known(m, "busy_hour_factor"), m.terms["traffic"]["busy_hour_factor"]
    said = [_as_kind(m, m.say("busy_hour", share=f"{row['value']:.1%}"), row["kind"]) for row in rows[-1:]]
    if given:
        text = m.say("busy_hour", share=percent(given))
        mark = m.joined([marked(m, "traffic.busy_hour_factor")[0], m.words.texts["used"]["no"]])
        said.append(m.say("marked_as", text=text, mark=mark))
    return said


def _as_kind(m: Material, text: str, kind: str) -> str:
    return m.say("marked_as", text=text, mark=m.words.texts["kinds"][kind])


def volume(m: Material) -> str:
    """Return the calls expected, as the terms count them."""
    given, texts = m.terms["traffic"], m.words.texts
    per, within = texts["per"][given["per"]], texts["within"][given["within"]]
    return m.say("volume", calls=number(given["calls"]), per=per, within=within)


def marked(m: Material, path: str) -> tuple[str, str, date | None]:
    """Return what a figure is, who said it where, and when; of several in a list, of its first."""
    table = m.tables["assumptions"].set_index("key")
    row = table.loc[path if path in table.index else f"{path}.1"]
    # The file of the terms is ours alone.
    source = [str(text) for text in (row["who"], row["source"]) if not missing(text) and text != "quote.toml"]
    if row["who"] == "callplan":
        preset = m.terms["standard"]["preset"] if path.startswith("standard.") else None
        source = [m.say("preset", name=preset) if preset else m.say("default")]
    kind = "measured" if path == "traffic.history" and row["kind"] == "assumption" else row["kind"]
    return (
        m.words.texts["kinds"][kind],
        m.joined(source),
        None if missing(row["date"]) else row["date"],
    )


def _with_mark(m: Material, text: str, path: str) -> str:
    """Return a figure with what it is and who says so."""
    what, source, _ = marked(m, path)
    return m.say("marked_as", text=text, mark=m.joined([what, source] if source else [what]))


def _spans(m: Material, spans: Sequence[tuple[int, int]]) -> str:
    return (
        m.joined([f"{clock(first)}–{clock(last)}" for first, last in spans])
        or m.words.texts["page"]["closed"]
    )


def clock(minute: int) -> str:
    """Write minutes after midnight as a time of day.

    >>> clock(540), clock(1440)
    ('09:00', '24:00')
    """
    return f"{minute // 60:02d}:{minute % 60:02d}"
