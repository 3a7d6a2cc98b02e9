"""Rules of a shift plan that may be left out or widened, one at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil

import pandas as pd

from scheduling.rules import Rules
from scheduling.why import words
from scheduling.why.windows import Window

_FINEST_MIN = 15
_SHORTER_H = 1.0  # steps in which shorter shifts are tried
_DEARER = 100.0  # times the price of shortage at which any shift is worth it


@dataclass(frozen=True)
class Option:
    """One rule changed: its name and value, the rules then, and what to say of the plan that comes of it."""

    rule: str
    rules: Rules
    text: Callable[[pd.DataFrame, Window], str]


def options(rules: Rules, window: Window) -> Iterator[Option]:
    """Give every rule that may stand in the way of a window, left out or widened."""
    yield from _lengths(rules)
    yield from _starts(rules)
    if not rules.overnight:
        yield Option(
            "overnight = false", rules.replace(overnight=True), lambda *_: "let shifts go on after midnight"
        )
    yield from _teams(rules, window)
    dearer = _DEARER * (rules.queue(window.queue).under_cost_per_h or 1.0)
    own = rules.queue(window.queue).replace(under_cost_per_h=dearer)
    yield Option(
        f"under_cost_per_h ({rules.queue(window.queue).under_cost_per_h:g}): a shift for it costs more",
        rules.replace(queues={**rules.queues, window.queue: own}),
        lambda *_: f"raise under_cost_per_h of {window.queue}, so that a shift is worth it",
    )


def _lengths(rules: Rules) -> Iterator[Option]:
    """Shorter shifts, step by step."""
    lists = [kind.lengths_h for kind in rules.kinds] or [rules.lengths_h]
    shortest = min(length for lengths in lists for length in lengths)
    name = f"the shift lengths ({words.listed([f'{h:g}' for h in sorted(set().union(*lists))], 'or')} h)"
    for step in range(1, ceil(shortest / _SHORTER_H)):
        length = ceil(shortest / _SHORTER_H) * _SHORTER_H - step * _SHORTER_H
        if length < shortest:
            yield Option(name, _with_length(rules, length), lambda *_, h=length: f"allow shifts of {h:g} h")


def _with_length(rules: Rules, length: float) -> Rules:
    kinds = tuple(kind.replace(lengths_h=(length, *kind.lengths_h)) for kind in rules.kinds)
    return rules.replace(kinds=kinds) if kinds else rules.replace(lengths_h=(length, *rules.lengths_h))


def _starts(rules: Rules) -> Iterator[Option]:
    finer = rules.start_every_min // 2
    if finer >= _FINEST_MIN and 1440 % finer == 0:
        yield Option(
            f"start_every_min ({rules.start_every_min})",
            rules.replace(start_every_min=finer),
            lambda *_: f"let shifts begin every {finer} min",
        )
    if rules.earliest_start is not None:
        yield Option(
            f"earliest_start ({rules.earliest_start:%H:%M})",
            rules.replace(earliest_start=None),
            lambda plan, window: f"let shifts begin from {_clock(plan, window, least=True)}",
        )
    if rules.latest_start is not None:
        yield Option(
            f"latest_start ({rules.latest_start:%H:%M})",
            rules.replace(latest_start=None),
            lambda plan, window: f"let shifts begin until {_clock(plan, window, least=False)}",
        )
    if rules.starts_at_most is not None:
        more = rules.starts_at_most + 1
        yield Option(
            f"starts_at_most ({rules.starts_at_most})",
            rules.replace(starts_at_most=more),
            lambda *_: f"allow {more} start times",
        )


def _clock(plan: pd.DataFrame, window: Window, *, least: bool) -> str:
    """Return the first or last start of the shifts at work in a window."""
    there = plan[(plan["start"] < window.end) & (plan["end"] > window.start)]
    starts = [at.hour * 60 + at.minute for at in there["start"]]
    return words.clock(min(starts) if least else max(starts))


def _teams(rules: Rules, window: Window) -> Iterator[Option]:
    """Who may serve the queue."""
    own = rules.queue(window.queue)
    if not own.dedicated:
        queues = {**rules.queues, window.queue: rules.queues[window.queue].replace(dedicated=True)}
        yield Option(
            f"dedicated = false of {window.queue}",
            rules.replace(queues=queues),
            lambda *_: f"give {window.queue} heads of its own",
        )
    for name, team in rules.teams.items():
        if window.queue in team.queues and team.heads_at_most is not None:
            for more in sorted({1, ceil(window.short)}):
                limit = team.heads_at_most + more
                yield Option(
                    f"heads_at_most of {name} ({team.heads_at_most})",
                    rules.replace(teams={**rules.teams, name: team.replace(heads_at_most=limit)}),
                    lambda *_, name=name, limit=limit: f"raise heads_at_most of {name} to {limit}",
                )
