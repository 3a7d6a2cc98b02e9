# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False
"""What a person minds of each pattern of days of a week, whatever the shifts: bit d is set for day d."""

import numpy as np

from scheduling.roster.cover import compiled, part
from scheduling.roster.problem import PATTERNS, WEEK
from scheduling.roster.strain import four_weekends


def _runs(pattern: int) -> list[int]:
    """Return how long a row of days worked is on each day."""
    runs, run = [], 0
    for d in range(WEEK):
        run = run + 1 if pattern >> d & 1 else 0
        runs.append(run)
    return runs


_ALL = [_runs(pattern) for pattern in range(PATTERNS)]
# For each pattern how many days it has, how many in a row at its begin and at the end of a full week,
DAYS = np.array([pattern.bit_count() for pattern in range(PATTERNS)])
BEGIN = np.array(
    [next((d for d in range(WEEK) if not pattern >> d & 1), WEEK) for pattern in range(PATTERNS)]
)
END = np.array([runs[-1] for runs in _ALL])
# how many off in a row at most, and how many beyond the n-th of a row.
OFF_MOST = np.array([max(_ALL[PATTERNS - 1 - pattern]) for pattern in range(PATTERNS)])
BEYOND = np.array([[sum(run > most for run in runs) for runs in _ALL] for most in range(WEEK + 1)])


@compiled
def mind_patterns(p, desk, i, w):
    """Write what person `i` minds of each pattern in a week, beside the rest of the row, against none."""
    rules, limit, minded = p.rules[0], p.limit[i, w], desk.now[0].minded
    begin, end = p.week_first[w], p.week_first[w + 1]
    locked, trained, weekend = _days(p, desk.now[0], i, begin, end)
    weekend_price = _weekend_price(p, desk, i, w)
    before, after = _run_before(p, i, begin, desk.row), _run_after(p, i, end, desk.row)
    paid_h, idle_h = p.menu[p.person[i].menu].paid_h, DAYS[trained] * p.person[i].training_h
    slack_h = idle_h + period_slack_h(p, desk, w)
    for pattern in range(PATTERNS):
        present = pattern | trained
        cost = rules.days_in_a_row * _beyond(p, i, present, end - begin, before, after)
        cost += rules.days_per_week * max(0, DAYS[present] - limit.days_most)
        cost += rules.days_per_week_min * max(0, limit.days_least - DAYS[present])
        cost += rules.fixed * DAYS[locked & ~pattern]
        if end - begin == WEEK and OFF_MOST[present] < rules.off_least:
            cost += rules.days_off_joined
        if pattern & weekend:
            cost += weekend_price
        if paid_h > 0:
            hours = DAYS[pattern & ~trained] * paid_h + idle_h
            cost += rules.hours_per_week * max(0.0, hours - limit.hours_most - 1e-9)
            cost += rules.hours_per_period * max(0.0, hours - slack_h - 1e-9)
            cost += rules.hours_per_week_min * max(0.0, limit.hours_least - hours - 1e-9)
        minded[pattern] = cost
    for pattern in range(PATTERNS - 1, -1, -1):
        minded[pattern] -= minded[0]


@part
def _days(p, now, i, begin, end):
    """Return the days of a week with a shift that stays, those of training and of the weekend, as bits."""
    locked = trained = weekend = 0
    for d in range(begin, end):
        bit = 1 << (d - begin)
        if p.day[i, d].lock >= 0 or now.kept[d - begin] >= 0:
            locked |= bit
        if p.day[i, d].trained:
            trained |= bit
        if p.weekend[d]:
            weekend |= bit
    return locked, trained, weekend


@part
def _beyond(p, i, present, days, before, after):
    """Return by how many days a week's rows, with those before and after it, are too long."""
    most, run = p.person[i].run_most, BEGIN[present]
    beyond = BEYOND[min(most, WEEK), present] + max(0, min(run, before + run - most)) - max(0, run - most)
    last = before + days if run >= days else END[present << (WEEK - days) & (PATTERNS - 1)]
    return beyond + max(0, min(after, last + after - most))


@part
def _run_before(p, i, begin, row):
    run = p.person[i].past_run
    for d in range(begin):
        run = run + 1 if row[d] >= 0 or p.day[i, d].trained else 0
    return run


@part
def _run_after(p, i, end, row):
    run, going = 0, True
    for d in range(end, row.size):
        going = going and (row[d] >= 0 or p.day[i, d].trained)
        run += going
    return run


@part
def _weekend_price(p, desk, i, w):
    """Return what working the weekend costs; `strain` has noted those of the row, this week off."""
    if desk.weekends[w]:
        return 0.0
    price = -four_weekends(p, desk, i)
    desk.weekends[w] = 1
    price += four_weekends(p, desk, i)
    desk.weekends[w] = 0
    others = 0
    for other in range(desk.weekends.size):
        others += desk.weekends[other]
    return price + p.rules[0].fair * (2 * others + 1)


@part
def period_slack_h(p, desk, w):
    """Return how many more hours a week's reference periods allow; `strain` has noted those of the row."""
    slack, past = 1e9, p.past_hours.shape[1]
    if p.rules[0].period_most < 0:
        return slack
    for last in range(w, min(w + past + 1, p.week_first.size - 1)):
        hours = 0.0
        for k in range(last, last + past + 1):
            hours += desk.hours[k]
        slack = min(slack, p.rules[0].period_most - hours)
    return max(slack, 0.0)
