"""Whether a shift is one that its contract has: start, length, meal, rests, pay, every moment told."""

from collections.abc import Iterator, Sequence

from scheduling.contracts import Contract
from scheduling.rules import Rules
from scheduling.verify.facts import DAY, Span


def shape_faults(
    shift: Span, parts: Sequence[Span], terms: Contract, rules: Rules, *, opens: bool
) -> Iterator[str]:
    """Give each thing wrong with a shift and its activities; `opens`: it begins when a queue does."""
    yield from _tiling(shift, parts)
    if terms.templates:
        meals = [(part.at - shift.at, part.end_at - shift.at) for part in parts if part.what == "meal"]
        if not any(_is_template(name, shift, meals, rules) for name in terms.templates):
            yield f"is none of {', '.join(terms.templates)}"
    else:
        yield from _start(shift, rules, opens)
        if shift.minutes not in {round(60 * length) for length in terms.lengths_h or ()}:
            yield f"lasts {shift.minutes / 60:g} h"
        yield from _meal(shift, [part for part in parts if part.what == "meal"], terms)
    yield from _rests(shift, [part for part in parts if part.what == "rest"], rules)
    if not rules.overnight and shift.ends > DAY:
        yield "ends after midnight"
    unpaid = 0 if rules.meal_paid else sum(part.minutes for part in parts if part.what == "meal")
    if abs(shift.paid_h - (shift.minutes - unpaid) / 60) > 1e-6:
        yield f"has {shift.paid_h:g} paid hours, not {(shift.minutes - unpaid) / 60:g}"


def _tiling(shift: Span, parts: Sequence[Span]) -> Iterator[str]:
    """Activities follow one another from the shift's start to its end, and are of a shift's kinds."""
    reached = shift.at
    for part in parts:
        if part.what not in ("work", "meal", "rest"):
            yield f"has {part.what} in it"
        if part.what == "work" and not part.queue:
            yield f"works for no queue at {part}"
        if part.at != reached:
            yield (
                f"has activities that overlap at {part}" if part.at < reached else f"has a gap before {part}"
            )
        if part.end_at <= part.at:
            yield f"has an activity without length at {part}"
        reached = max(reached, part.end_at)
    if reached != shift.end_at:
        yield "has activities that end beside its end"


def _is_template(name: str, shift: Span, meals: Sequence[tuple[float, float]], rules: Rules) -> bool:
    spans = rules.templates[name].spans
    begin, end = spans[0][0], spans[-1][1]
    gaps = [(spans[place][1] - begin, spans[place + 1][0] - begin) for place in range(len(spans) - 1)]
    return shift.begins == begin and shift.minutes == end - begin and meals == gaps


def _start(shift: Span, rules: Rules, opens: bool) -> Iterator[str]:
    if shift.begins % rules.start_every_min and not opens:
        yield f"begins beside the steps of {rules.start_every_min} minutes"
    first, last = rules.earliest_start, rules.latest_start
    earliest = first.hour * 60 + first.minute if first else 0
    latest = last.hour * 60 + last.minute if last else DAY - 1
    # A range may go round midnight.
    if (shift.begins - earliest) % DAY > (latest - earliest) % DAY:
        yield "begins outside earliest_start and latest_start"


def _meal(shift: Span, meals: Sequence[Span], terms: Contract) -> Iterator[str]:
    length, from_h = terms.meal_min or 0, terms.meal_from_h or 0.0
    due = int(length > 0 and shift.minutes >= round(60 * from_h))
    if len(meals) != due:
        yield f"has {len(meals)} meals, not {due}"
    for meal in meals[:due]:
        after_h = (meal.at - shift.at) / 60
        if meal.minutes != length:
            yield f"has a meal of {meal.minutes:g} min, not {length}"
        if not (terms.meal_earliest_h or 0) - 1e-9 <= after_h <= (terms.meal_latest_h or 24) + 1e-9:
            yield f"has its meal after {after_h:g} h"
        if meal.end_at >= shift.end_at:
            yield "ends with its meal"


def _rests(shift: Span, rests: Sequence[Span], rules: Rules) -> Iterator[str]:
    """Rests in order of time belong to windows in order of time."""
    has_rests = shift.minutes >= round(60 * rules.rests_from_h)
    windows = sorted(
        tuple(round(60 * edge) + (shift.minutes if edge < 0 else 0) for edge in window)
        for window in (rules.rests_h if has_rests else ())
    )
    if len(rests) != len(windows):
        yield f"has {len(rests)} rests, not {len(windows)}"
        return
    for rest, window in zip(rests, windows, strict=True):
        if rest.minutes != rules.rest_min:
            yield f"has a rest of {rest.minutes:g} min, not {rules.rest_min}"
        if not window[0] <= rest.at - shift.at <= window[1]:
            yield f"has its rest after {(rest.at - shift.at) / 60:g} h"
