# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False
"""One person's best week beside everyone else's: which days, and which shifts.

What a shift is worth is the sum of what a head is worth in its slots, so every shift of every day is
valued once. For each range of the clock in which the week's starts may lie, the best shift of each day
is taken, and the best pattern of days; `strain` then prices the whole row exactly.
"""

from scheduling.roster.choices import NOTHING, offer, sum_gains
from scheduling.roster.cover import compiled, part
from scheduling.roster.patterns import mind_patterns, period_slack_h
from scheduling.roster.problem import CHOICES, HARD, NONE, OFF, PATTERNS, WEEK
from scheduling.roster.strain import strain

# Patterns of days tried in one range of starts.
TRIES = 3
# Prices on a paid hour tried to make the hours of a week fit.
HOUR_PRICES = 10


@compiled
def best_week(p, state, i, w):
    """Write the best week of person `i` into the desk, a shift or `OFF` by day; the row has that week off."""
    desk, now, limit = state.desk, state.desk.now[0], p.limit[i, w]
    for d in range(desk.row.size):
        desk.row[d] = state.rows[i, d]
    for d in range(WEEK):
        now.week[d] = OFF
    sum_gains(p, state, i, w)
    now.idle = strain(p, desk, i, desk.row)
    now.idle_h = desk.hours[p.past_hours.shape[1] + w]
    now.most_h = now.idle_h + period_slack_h(p, desk, w)
    most_h = min(limit.hours_most, now.most_h)
    mind_patterns(p, desk, i, w)
    best, low, high = 0.0, 0.0, 0.0
    for _ in range(HOUR_PRICES):
        now.hour_price = (low + high) / 2
        best, hours = _try(p, desk, i, w, best, p.rules[0].nights_most >= 0)
        if not p.menu[p.person[i].menu].varied or (low == high and limit.hours_least <= hours <= most_h):
            break
        if low == high:
            high = _dearest_h(p, desk)
            low = -high
        if hours > most_h:
            low = now.hour_price
        else:
            high = now.hour_price


@part
def _dearest_h(p, desk):
    """Return a price on a paid hour at which no shift is worked, and its opposite makes every shift liked."""
    dearest_h = 0.0
    for d in range(WEEK):
        for b in range(desk.offers.shape[1]):
            best = desk.offers[d, b]
            if best.liked > NOTHING and p.shift[best.shift].paid_h > 0:
                dearest_h = max(dearest_h, abs(best.liked) / p.shift[best.shift].paid_h)
    return dearest_h + 1e-6


@compiled
def _try(p, desk, i, w, best, nights_too):
    """Look for a better week at a price on each paid hour; return what it saves and its paid hours.

    The hours are those of the most promising week, which the rules may still forbid.
    """
    now, hours = desk.now[0], -1.0
    now.nights = True
    for _ in range(2 if nights_too else 1):
        if offer(p, desk, i, w):
            best, hours = _best_range(p, desk, i, w, best, hours)
        # Once more without nights, of which there may be too many in a row.
        now.nights = False
    return best, hours


@compiled
def _best_range(p, desk, i, w, best, hours):
    """Look for a better week in each range of starts, the most promising first."""
    now, ranges = desk.now[0], desk.ranges.size
    _promise(p, desk, i, w)
    # What a week may save beyond what is liked.
    beyond = max(0.0, now.hour_price) * 24 * WEEK
    for _ in range(ranges):
        start = 0
        for other in range(1, ranges):
            if desk.ranges[other].promise > desk.ranges[start].promise:
                start = other
        if desk.ranges[start].promise + beyond <= best + 1e-9:
            break
        desk.ranges[start].promise = NOTHING
        tight = p.menu[p.person[i].menu].tight
        _choose(desk, start, CHOICES if tight else 1)
        if tight:
            _chain(p, desk, i)
        _sum_patterns(p, desk, tight)
        if p.menu[p.person[i].menu].varied:
            _price_hours(p, desk, i, w)
        for _ in range(TRIES):
            pattern = _best_pattern(now)
            top = now.brings[pattern] - now.minded[pattern]
            if top + beyond <= best + 1e-9:
                break
            saved = _write(p, desk, w, pattern, tight) + now.idle - strain(p, desk, i, desk.row)
            if hours < 0:
                hours = desk.hours[p.past_hours.shape[1] + w]
            if saved > best + 1e-9:
                best = saved
                for d in range(p.week_first[w + 1] - p.week_first[w]):
                    now.week[d] = desk.row[p.week_first[w] + d]
            if saved >= top - 1e-6:
                break
            now.brings[pattern] = NOTHING
    return best, hours


@part
def _best_pattern(now):
    at, top = 0, NOTHING
    for pattern in range(PATTERNS):
        if now.brings[pattern] - now.minded[pattern] > top:
            at, top = pattern, now.brings[pattern] - now.minded[pattern]
    return at


@compiled
def _promise(p, desk, i, w):
    """Write the most that starts in each range can bring."""
    rules, bins, now = p.rules[0], p.bin_clock.size, desk.now[0]
    days = p.limit[i, w].days_most if rules.days_per_week >= HARD else WEEK
    pleased = 0.0
    for pattern in range(PATTERNS):
        pleased = max(pleased, -now.minded[pattern])
    if p.menu[p.person[i].menu].varied:
        pleased += _hours_minded(p, now, i, w, now.idle_h)
    # A range for each start that may be the first, and all starts where no rule or a price allows that.
    for start in range(bins + 1):
        begun = start == bins and (rules.starts_most < 0 or rules.starts_within < HARD)
        for d in range(WEEK if start < bins and rules.starts_most >= 0 else 0):
            begun = begun or desk.offers[d, start].liked > NOTHING
        desk.ranges[start].promise = pleased + _top(desk, start, days) if begun else NOTHING
    if rules.starts_most >= 0:
        desk.ranges[bins].promise -= rules.starts_within


@part
def _top(desk, start, days):
    """Return what the best shifts of so many days bring in a range of starts."""
    best, bins, total = desk.now[0].best, desk.offers.shape[1], 0.0
    for d in range(WEEK):
        top = 0.0
        for step in range(desk.ranges[start].reach):
            b = start + step if start + step < bins else start + step - bins
            top = max(top, desk.offers[d, b].liked)
        best[d] = top
        total += top
    # The days beyond are those of the least.
    for _ in range(WEEK - max(days, 0)):
        least = 0
        for d in range(1, WEEK):
            if best[d] < best[least]:
                least = d
        total -= best[least]
        best[least] = 1e300
    return total


@part
def _choose(desk, start, choices):
    """Choose each day's best shifts in the range of starts from one on."""
    bins, count, at = desk.offers.shape[1], desk.ranges[start].reach, desk.now[0].at
    for d in range(WEEK):
        for c in range(choices):
            at[d, c] = NONE
        for step in range(count):
            b = start + step if start + step < bins else start + step - bins
            # Choices are spread over the range, so that early ones stand beside late ones.
            c = step * choices // count if choices > 1 else 0
            liked = desk.offers[d, b].liked
            if liked > NOTHING and (at[d, c] == NONE or liked > desk.offers[d, at[d, c]].liked):
                at[d, c] = b


@part
def _liked(desk, d, c):
    """Return by how much the choice of a day is liked."""
    at = desk.now[0].at[d, c]
    return desk.offers[d, at].liked if at >= 0 else NOTHING


@part
def _paid_h(p, desk, d, c):
    at = desk.now[0].at[d, c]
    return p.shift[desk.offers[d, at].shift].paid_h if at >= 0 else 0.0


@compiled
def _chain(p, desk, i):
    """Find the best shifts for each run of days, with what is minded between one day and the next."""
    chain, chain_h, came, at = desk.now[0].chain, desk.now[0].chain_h, desk.now[0].came, desk.now[0].at
    for d in range(WEEK):
        for c in range(CHOICES):
            here, hours = _liked(desk, d, c), _paid_h(p, desk, d, c)
            chain[d, d, c], chain_h[d, d, c] = here, hours
            for begin in range(d):
                chain[begin, d, c] = NOTHING
            for c0 in range(CHOICES):
                if d == 0 or at[d, c] < 0 or at[d - 1, c0] < 0:
                    continue
                joined = here - _between_days(p, desk, i, d, c0, c)
                for begin in range(d):
                    if chain[begin, d - 1, c0] + joined > chain[begin, d, c]:
                        chain[begin, d, c], came[begin, d, c] = chain[begin, d - 1, c0] + joined, c0
                        chain_h[begin, d, c] = chain_h[begin, d - 1, c0] + hours


@part
def _between_days(p, desk, i, d, c0, c):
    """Return the price of one shift on a day after another on the day before."""
    at = desk.now[0].at
    earlier = p.shift[desk.offers[d - 1, at[d - 1, c0]].shift]
    later = p.shift[desk.offers[d, at[d, c]].shift]
    cost = 0.0
    if later.first - earlier.last < p.person[i].rest:
        cost += p.rules[0].rest
    if p.rules[0].banned[earlier.kind, later.kind]:
        cost += p.rules[0].forbidden
    return cost


@part
def _last_choice(now, first, d):
    """Return the best choice of the last day of a run."""
    at = 0
    for c in range(1, CHOICES):
        if now.chain[first, d, c] > now.chain[first, d, at]:
            at = c
    return at


@compiled
def _sum_patterns(p, desk, tight):
    """Write the most that working each pattern of days can bring, and its hours."""
    now = desk.now[0]
    now.brings[0] = now.paid_h[0] = 0.0
    for pattern in range(1, PATTERNS):
        d = 0
        while not pattern >> d & 1:
            d += 1
        last = d
        while tight and pattern >> (last + 1) & 1:
            last += 1
        if tight:
            c = _last_choice(now, d, last)
            here, hours = now.chain[d, last, c], now.chain_h[d, last, c]
        else:
            here, hours = _liked(desk, d, 0), _paid_h(p, desk, d, 0)
        rest = pattern >> (last + 1) << (last + 1)
        now.brings[pattern] = max(here + now.brings[rest], NOTHING)
        now.paid_h[pattern] = hours + now.paid_h[rest]


@part
def _hours_minded(p, now, i, w, hours):
    """Return the price of the paid hours of a week."""
    rules, limit = p.rules[0], p.limit[i, w]
    cost = rules.hours_per_week * max(0.0, hours - limit.hours_most - 1e-9)
    cost += rules.hours_per_week_min * max(0.0, limit.hours_least - hours - 1e-9)
    return cost + rules.hours_per_period * max(0.0, hours - now.most_h - 1e-9)


@compiled
def _price_hours(p, desk, i, w):
    """Take from what patterns bring the price of their hours, where those of the shifts differ."""
    now = desk.now[0]
    idle = _hours_minded(p, now, i, w, now.idle_h)
    for pattern in range(PATTERNS):
        now.brings[pattern] -= _hours_minded(p, now, i, w, now.idle_h + now.paid_h[pattern]) - idle


@compiled
def _write(p, desk, w, pattern, tight):
    """Write the best shifts of a pattern of days into the row and return what heads on them save."""
    saved, begin, now, c, run = 0.0, p.week_first[w], desk.now[0], 0, 0
    for d in range(p.week_first[w + 1] - begin - 1, -1, -1):
        if not pattern >> d & 1:
            desk.row[begin + d] = OFF
            continue
        if tight and not pattern >> (d + 1) & 1:
            run = d
            while run > 0 and pattern >> (run - 1) & 1:
                run -= 1
            c = _last_choice(now, run, d)
        best = desk.offers[d, now.at[d, c]]
        desk.row[begin + d] = best.shift
        saved += best.worth
        if tight:
            c = now.came[run, d, c]
    return saved
