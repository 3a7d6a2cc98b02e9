# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False
"""What one person's roster costs beyond its hours: rules broken, wishes not granted, unevenness."""

from scheduling.roster.cover import compiled, part
from scheduling.roster.problem import FREE, NIGHT, OFF, WEEK


@compiled
def strain(p, desk, i, row):
    """Return the price of person `i` working `row`: one shift, or `OFF`, for each day."""
    return _successions(p, i, row) + _weeks(p, desk, i, row) + _wishes(p, i, row)


@part
def _successions(p, i, row):
    """Price what goes from day to day: rests, rows of days and of nights, forbidden successions, locks."""
    rules, person = p.rules[0], p.person[i]
    run, nights, end, kind = person.past_run, person.past_nights, person.past_end, person.past_kind
    cost = 0.0
    for d in range(row.size):
        number, day = row[d], p.day[i, d]
        run = run + 1 if number >= 0 or day.trained else 0
        if run > person.run_most:
            cost += rules.days_in_a_row
        if number >= 0:
            shift = p.shift[number]
            if shift.first - end < person.rest:
                cost += rules.rest
            if kind >= 0 and rules.banned[kind, shift.kind]:
                cost += rules.forbidden
            end, kind = shift.last, shift.kind
        else:
            kind = OFF
        nights = nights + 1 if kind == NIGHT else 0
        if 0 <= rules.nights_most < nights:
            cost += rules.nights_in_a_row
        if day.lock != FREE and day.lock != number:
            cost += rules.fixed
        if day.was != FREE and day.was != number:
            cost += rules.change
    return cost


@part
def _weeks(p, desk, i, row):
    """Price what goes by weeks: days, hours, starts, joined days off, weekends, reference periods."""
    rules, past, cost = p.rules[0], p.past_hours.shape[1], 0.0
    for back in range(past):
        desk.hours[back] = p.past_hours[i, back]
    for w in range(p.week_first.size - 1):
        limit, begin, end = p.limit[i, w], p.week_first[w], p.week_first[w + 1]
        days, off_most, off, hours, weekend = 0, 0, 0, 0.0, 0
        for d in range(begin, end):
            off += 1
            if row[d] >= 0:
                days, off = days + 1, 0
                hours += p.shift[row[d]].paid_h
                weekend |= p.weekend[d]
            elif p.day[i, d].trained:
                days, off = days + 1, 0
                hours += p.person[i].training_h
            off_most = max(off_most, off)
        cost += rules.days_per_week * max(0, days - limit.days_most)
        cost += rules.days_per_week_min * max(0, limit.days_least - days)
        cost += rules.hours_per_week * max(0.0, hours - limit.hours_most - 1e-9)
        cost += rules.hours_per_week_min * max(0.0, limit.hours_least - hours - 1e-9)
        if end - begin == WEEK and off_most < rules.off_least:
            cost += rules.days_off_joined
        if rules.starts_most >= 0 and not _near(p, i, row, w):
            cost += rules.starts_within
        desk.hours[past + w], desk.weekends[w] = hours, weekend
    desk.hours[past] += p.person[i].past_hours_now
    desk.weekends[0] |= p.person[i].past_weekend_now
    return cost + four_weekends(p, desk, i) + periods(p, desk)


@part
def four_weekends(p, desk, i):
    """Price weekends worked too often among four in a row."""
    cost, most = 0.0, p.rules[0].weekends_most
    if most < 0:
        return cost
    past = p.person[i].past_weekends
    for w in range(p.week_first.size - 1):
        count = 0
        for back in range(4):
            count += desk.weekends[w - back] if w >= back else past[3 + w - back]
        cost += p.rules[0].weekends_in_four * max(0, count - most)
    return cost


@part
def periods(p, desk):
    """Price hours of a reference period beyond its limit."""
    cost, most, past = 0.0, p.rules[0].period_most, p.past_hours.shape[1]
    if most < 0:
        return cost
    for w in range(p.week_first.size - 1):
        hours = 0.0
        for back in range(past + 1):
            hours += desk.hours[w + back]
        cost += p.rules[0].hours_per_period * max(0.0, hours - most - 1e-9)
    return cost


@part
def _near(p, i, row, w):
    """Say whether all starts of the week lie within one arc of the clock."""
    most, earliest, latest = p.rules[0].starts_most, 1440, -1
    count = 2 * WEEK if w == 0 else WEEK
    for k in range(count):
        clock = _clock(p, i, row, w, k)
        if clock >= 0:
            earliest, latest = min(earliest, clock), max(latest, clock)
    near = latest - earliest <= most
    for k in range(count):
        begin = _clock(p, i, row, w, k)
        if not near and begin >= 0:
            near = True
            for other in range(count):
                later = _clock(p, i, row, w, other)
                if later >= 0 and (later - begin) % 1440 > most:
                    near = False
    return near


@part
def _clock(p, i, row, w, k):
    """Return the start on the k-th day of a week, from 7 on of those before the horizon; -1: none."""
    if k >= WEEK:
        return p.person[i].past_clocks[k - WEEK]
    d = p.week_first[w] + k
    return p.shift[row[d]].clock if d < p.week_first[w + 1] and row[d] >= 0 else -1


@part
def _wishes(p, i, row):
    """Price wishes not granted, and burdens by their squares: the same sum costs least spread evenly."""
    nights, late, missed = burdens(p, i, row)
    weekends = 0
    for w in range(p.week_first.size - 1):
        weekend = False
        for d in range(p.week_first[w], p.week_first[w + 1]):
            weekend |= row[d] >= 0 and p.weekend[d]
        weekends += weekend
    squares = nights * nights + late * late + weekends * weekends + missed * missed
    return p.rules[0].wish * missed + p.rules[0].fair * squares


@part
def burdens(p, i, row):
    """Return the nights, the late ends and the wishes not granted."""
    nights = late = missed = 0
    for d in range(row.size):
        if row[d] >= 0:
            shift = p.shift[row[d]]
            nights += shift.kind == NIGHT
            late += shift.late_end
            missed += wishes_missed(p, i, d, shift)
    return nights, late, missed


@part
def wishes_missed(p, i, d, shift):
    """Return how many wishes a shift leaves not granted."""
    prefers = p.person[i].prefers
    return (1 if p.day[i, d].wish_off else 0) + (1 if prefers >= 0 and prefers != shift.part else 0)
