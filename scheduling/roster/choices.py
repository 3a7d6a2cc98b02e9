# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False
"""What the days of a week offer one person: of the shifts that begin at one time only the best."""

from scheduling.roster.cover import compiled, part
from scheduling.roster.problem import FREE, HARD, NIGHT, OFF
from scheduling.roster.strain import burdens, wishes_missed

NOTHING = -1e30
FAR = 1 << 40


@compiled
def sum_gains(p, state, i, w):
    """Write the running sum of what a head saves in the slots of a week, and of the day after it."""
    origin, until = (
        p.day_first[p.week_first[w]],
        p.day_first[min(p.week_first[w + 1] + 1, p.day_first.size - 1)],
    )
    s, total = p.person[i].skills, 0.0
    state.desk.sums[0] = 0.0
    for t in range(origin, until):
        total += state.gain[s, t]
        state.desk.sums[t - origin + 1] = total


@compiled
def offer(p, desk, i, w):
    """Value every shift of the week and keep the best of each start; say whether there is any."""
    begin, end, now = p.week_first[w], p.week_first[w + 1], desk.now[0]
    for day in range(desk.offers.shape[0]):
        for b in range(desk.offers.shape[1]):
            desk.offers[day, b].liked = NOTHING
    now.origin = p.day_first[begin]
    _look_around(p, desk, i, w, now)
    some = False
    for d in range(begin, end):
        lock, was = p.day[i, d].lock, p.day[i, d].was
        if lock == FREE:
            lock = now.kept[d - begin]
        if lock == OFF:
            continue
        first, last = p.offered[p.person[i].menu, d, 0], p.offered[p.person[i].menu, d, 1]
        # The shift that must stand, and the published one, may be on no menu.
        if lock >= 0:
            first, last, was = 0, 0, lock
        for number in range(first, last + 1 if was >= 0 else last):
            shift = was if number == last else number
            minded = 0.0 if lock >= 0 else _minded(p, i, d, shift, now, d == begin, d == end - 1)
            if minded < HARD:
                _keep(p, desk, i, d, shift, now, d - begin, minded)
                some = True
    return some


@part
def _look_around(p, desk, i, w, now):
    """Note the shifts beside the week, and what one more burden of each kind adds to its square."""
    row, person = desk.row, p.person[i]
    now.earliest, now.latest = person.past_end + person.rest, FAR
    now.kind_before, now.kind_after = person.past_kind, OFF
    begin, end = p.week_first[w], p.week_first[w + 1]
    for d in range(begin):
        if row[d] >= 0:
            now.earliest = p.shift[row[d]].last + person.rest
        now.kind_before = p.shift[row[d]].kind if row[d] >= 0 else OFF
    for d in range(row.size - 1, end - 1, -1):
        if row[d] >= 0:
            now.latest = p.shift[row[d]].first - person.rest
        now.kind_after = p.shift[row[d]].kind if row[d] >= 0 else OFF
    nights, late, missed = burdens(p, i, row)
    now.night, now.late, now.missed = 2 * nights + 1, 2 * late + 1, 2 * missed + 1


@part
def _minded(p, i, d, number, now, is_first, is_last):
    """Return the price of a shift beside those before and after the week; HARD where it cannot be worked."""
    shift, day, rules = p.shift[number], p.day[i, d], p.rules[0]
    if shift.first < day.first or shift.last > day.last or (shift.kind == NIGHT and not now.nights):
        return HARD
    minded = 0.0
    if shift.first < now.earliest:
        minded += rules.rest
    if shift.last > now.latest:
        minded += rules.rest
    if is_first and now.kind_before >= 0 and rules.banned[now.kind_before, shift.kind]:
        minded += rules.forbidden
    if is_last and now.kind_after >= 0 and rules.banned[shift.kind, now.kind_after]:
        minded += rules.forbidden
    return minded


@part
def _keep(p, desk, i, d, number, now, day, minded):
    """Value one shift, its breaks where a head is worth least, and keep it if it is the best of its start."""
    shift, rules, sums = p.shift[number], p.rules[0], desk.sums
    worth = sums[shift.last - now.origin] - sums[shift.first - now.origin] - shift.cost
    for k in range(shift.breaks):
        length, least = shift.length[k], 1e300
        for t in range(shift.earliest[k] - now.origin, shift.latest[k] - now.origin + 1):
            missed = sums[t + length] - sums[t]
            if missed < least:
                least = missed
        worth -= least
    wishes = wishes_missed(p, i, d, shift)
    liked = worth - minded - now.hour_price * shift.paid_h - wishes * (rules.wish + rules.fair * now.missed)
    if shift.kind == NIGHT:
        liked -= rules.fair * now.night
    if shift.late_end:
        liked -= rules.fair * now.late
    was = p.day[i, d].was
    if was == number:
        liked += rules.change
    elif was == OFF:
        liked -= rules.change
    best = desk.offers[day, shift.bin]
    if liked > best.liked:
        best.worth, best.liked, best.shift = worth, liked, number
