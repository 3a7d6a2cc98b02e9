"""A roster as arrays: what the search reads. `build` fills them, in slots from the first midnight."""

from typing import Any, NamedTuple

import numpy as np

# What the search pays for each time that a hard rule is broken: far more than any shift saves.
HARD = 1e4
# Days of a week, and the patterns of days that may be worked: bit d is set where day d is.
WEEK = 7
PATTERNS = 1 << WEEK
FREE = -2  # of `lock` and `was`: nothing is fixed, nothing was published
NONE = -1  # of choices and queues
OFF = -1  # of `lock`, `was` and a row: no shift
NEVER = -(10**6)  # a slot long before the horizon
BREAKS = 6  # places for breaks of one shift; one fewer may be used
NIGHT = 3  # of `kind`
# Shifts of a day tried beside those of its neighbours, where two may be too near each other.
CHOICES = 8
# At most so many people's weeks are taken out at once.
TOGETHER = 4
QUEUES_MOST = 62  # sets of queues are bits

# Prices are of one head in one slot, or of one time that a rule is broken.
QUEUE = np.dtype([(name, "f8") for name in ("under", "over", "square")])
COVER = np.dtype(
    [
        ("floor", "f8"),  # price of a head missing below the hard floor
        # The search's own: heads over which the price of one more goes from under to -over; 0: at once.
        ("smooth", "f8"),
    ]
)
SHIFT = np.dtype(
    [
        ("first", "i4"),  # slot
        ("last", "i4"),  # the slot after the last
        ("cost", "f8"),
        ("paid_h", "f8"),
        ("clock", "i4"),  # start, minutes of the day
        ("bin", "i4"),  # rank of the start among all clock times at which shifts begin
        ("part", "i4"),  # by its start: 0 early, 1 mid, 2 late
        ("kind", "i4"),  # the same, or 3 for a night
        ("late_end", "?"),
        ("breaks", "i4"),  # how many
        ("earliest", "i4", BREAKS),  # first slot at which each break may begin
        ("latest", "i4", BREAKS),  # last such slot
        ("length", "i4", BREAKS),  # slots
    ]
)
MENU = np.dtype(
    [
        ("tight", "?"),  # whether two shifts inside a week may be too near one another
        ("varied", "?"),  # whether paid hours differ
        ("paid_h", "f8"),  # of each shift; 0 if it varies
    ]
)
PERSON = np.dtype(
    [
        ("menu", "i4"),
        ("skills", "i8"),  # number of the set of skills
        ("prefers", "i4"),  # part of the day; -1: any
        ("training_h", "f8"),  # paid hours of a day of training
        ("rest", "i4"),  # slots
        ("run_most", "i4"),  # days
        # What the weeks before the horizon leave:
        ("past_run", "i4"),  # days worked in a row
        ("past_nights", "i4"),  # nights in a row
        ("past_end", "i4"),  # slot in which the last shift ended
        ("past_kind", "i4"),  # of the day before; -1: off
        ("past_weekends", "i4", 3),  # whether worked, the latest last
        ("past_weekend_now", "i4"),  # whether the weekend of a first week that is cut has been worked
        ("past_days_now", "i4"),  # days worked in that week
        ("past_hours_now", "f8"),
        ("past_clocks", "i4", WEEK),  # starts in that week; -1: none
    ]
)
DAY = np.dtype(
    [
        ("first", "i4"),  # a shift of the day lies from this slot
        ("last", "i4"),  # to before this one
        ("lock", "i4"),  # FREE, OFF or the shift that must stand
        ("was", "i4"),  # published: FREE, OFF or the shift
        ("trained", "?"),
        ("wish_off", "?"),
    ]
)
LIMIT = np.dtype(
    [
        ("days_most", "i4"),  # less those of a cut week before the horizon
        ("days_least", "i4"),
        ("hours_most", "f8"),
        ("hours_least", "f8"),
    ]
)
# A limit of -1 is no rule; prices by the name of their rule.
RULES = np.dtype(
    [
        ("nights_most", "i4"),
        ("weekends_most", "i4"),
        ("off_least", "i4"),
        ("starts_most", "i4"),
        ("period_most", "f8"),
        ("banned", "i4", (4, 4)),  # [kind, kind of the next day]
        *(
            (name, "f8")
            for name in (
                *("rest", "days_in_a_row", "days_off_joined", "weekends_in_four", "starts_within"),
                *("nights_in_a_row", "hours_per_week", "hours_per_week_min", "hours_per_period"),
                *("days_per_week", "days_per_week_min", "forbidden", "fixed", "change", "wish", "fair"),
            )
        ),
    ]
)


class Demand(NamedTuple):
    """What the queues need, and what misfits cost."""

    need: Any  # [queue, slot] heads
    floor: Any  # [queue, slot] heads that must be there; -1: closed, nobody may be
    can: Any  # [set of skills, queue] whether it may serve it
    queue: Any  # [queue] QUEUE
    price: Any  # [1] COVER


class Problem(NamedTuple):
    """A roster's arrays. A person's row names for each day the shift worked, or `OFF`."""

    demand: Demand
    day_first: Any  # [day + 1] first slot
    week_first: Any  # [week + 1] first day
    weekend: Any  # [day] whether Saturday or Sunday
    bin_clock: Any  # [bin] minutes of the day
    shift: Any  # [shift] SHIFT
    offered: Any  # [menu, day, 2] shifts from, and to before
    menu: Any  # [menu] MENU
    person: Any  # [person] PERSON
    day: Any  # [person, day] DAY
    limit: Any  # [person, week] LIMIT
    past_hours: Any  # [person, weeks of the period - 1] paid hours of the weeks before, the latest last
    rules: Any  # [1] RULES


# The search's scratch paper, made beforehand, for compiled code here allocates nothing.
NOW = np.dtype(
    [
        ("random", "u8"),  # the generator's state
        ("looks", "i8"),  # how often what is missing was noted
        # Weeks taken out, as person × weeks + week, and what they were:
        ("out", "i8", TOGETHER),
        ("old_row", "i8", (TOGETHER, WEEK)),
        ("old_begins", "i8", (TOGETHER, WEEK, BREAKS)),
        ("old_mind", "f8", TOGETHER),
        # Of the slot in hand: the queue from which a head comes, or to which it goes.
        ("beside", "i8", QUEUES_MOST),
        # Of the person and the week in hand:
        ("week", "i8", WEEK),  # the best shifts found
        ("only", "i8"),  # the one day that may be changed; -1: all of the week
        ("kept", "i8", WEEK),  # shifts or OFF that stay, of the other days; FREE: may be changed
        ("origin", "i8"),  # the week's first slot
        ("hour_price", "f8"),  # on each paid hour
        ("nights", "?"),  # whether nights may be chosen
        ("idle", "f8"),  # strain of the row with that week off
        ("idle_h", "f8"),  # paid hours of that week, for training
        ("most_h", "f8"),  # paid hours that reference periods allow
        ("earliest", "i8"),  # slots between which there is rest enough before and after
        ("latest", "i8"),
        ("kind_before", "i8"),  # of the day before the week and the day after; -1: off
        ("kind_after", "i8"),
        # What one more adds to the squares of burdens:
        ("night", "i8"),
        ("late", "i8"),
        ("missed", "i8"),
        # Of patterns of days: what the person minds whatever the shifts; what the best shifts bring; their
        # hours.
        ("minded", "f8", PATTERNS),
        ("brings", "f8", PATTERNS),
        ("paid_h", "f8", PATTERNS),
        # Of a range of starts: starts looked at, -1: none; the most that working from one day to another can
        # bring, ending so, and its hours; the choice of the day before on that way; the best of each day.
        ("at", "i8", (WEEK, CHOICES)),
        ("chain", "f8", (WEEK, WEEK, CHOICES)),
        ("chain_h", "f8", (WEEK, WEEK, CHOICES)),
        ("came", "i8", (WEEK, WEEK, CHOICES)),
        ("best", "f8", WEEK),
    ]
)
OFFER = np.dtype([("worth", "f8"), ("liked", "f8"), ("shift", "i8")])
RANGE = np.dtype([("reach", "i8"), ("promise", "f8")])


class Desk(NamedTuple):
    """Scratch paper whose size depends on the problem."""

    now: Any  # [1] NOW
    jobs: Any  # [person × week] weeks that may be changed, sorted by the week
    jobs_first: Any  # [week + 1]
    row: Any  # [day]
    sums: Any  # [slot + 1] of what a head saves, from the week's first slot on
    # The best shift of each start: what a head on it saves, the same less what the person minds, the shift.
    offers: Any  # [d, bin] OFFER
    # How many starts lie in the range that begins with one, and the most they bring; the last: all.
    ranges: Any  # [bin + 1] RANGE
    hours: Any  # [week of the period or the horizon] paid
    weekends: Any  # [week] whether worked
    present: Any  # [set of skills] heads at work in a slot


class State(NamedTuple):
    """A roster as it stands; the search changes it in place."""

    heads: Any  # [queue, slot] at work
    split: Any  # [set of skills, queue, slot] the same by who they are; not kept where there is one queue
    gain: Any  # [set of skills, slot] what one head more saves
    rows: Any  # [person, day] shift or OFF
    begins: Any  # [person, day, break] slot in which each break begins, -1: none
    minds: Any  # [person] strain
    # Kept for the sake of speed; sets of queues are bits.
    serves: Any  # [set of skills] queues
    saved: Any  # [queue, slot] what one head more in the queue saves
    moves: Any  # [queue, slot] queues to which one of its heads may be moved
    reached: Any  # [set of skills, slot] queues that one head more may relieve, others moved on
    dual: Any  # [queue, slot] price of one head more around which prices are smoothed
    missing: Any  # [queue, slot] heads, summed over looks
    desk: Desk


def blank(p: Problem, seed: int) -> State:
    """Return a roster in which nobody works yet."""
    (queues, slots), sets = p.demand.need.shape, len(p.demand.can)
    people, days = p.day.shape
    return State(
        heads=np.zeros((queues, slots), np.int64),
        split=np.zeros((sets, queues, slots), np.int64),
        gain=np.zeros((sets, slots)),
        rows=np.full((people, days), OFF),
        begins=np.full((people, days, BREAKS), -1),
        minds=np.zeros(people),
        serves=p.demand.can @ (1 << np.arange(queues)),
        saved=np.zeros((queues, slots)),
        moves=np.zeros((queues, slots), np.int64),
        reached=np.zeros((sets, slots), np.int64),
        dual=(p.demand.queue["under"] - p.demand.queue["over"])[:, None] / 2 * (p.demand.need > 0),
        missing=np.zeros((queues, slots)),
        desk=_desk(p, seed),
    )


def copied(state: State) -> State:
    """Return a roster of its own that looks the same."""
    own = {name: array.copy() for name, array in state._asdict().items() if name != "desk"}
    return State(**own, desk=Desk(*(array.copy() for array in state.desk)))


def _desk(p: Problem, seed: int) -> Desk:
    people, days = p.day.shape
    weeks, bins = len(p.week_first) - 1, len(p.bin_clock)
    now, ranges = np.zeros(1, NOW), np.zeros(bins + 1, RANGE)
    now["random"], now["only"], now["kept"] = seed, -1, FREE
    later = (p.bin_clock[None, :] - p.bin_clock[:, None]) % (24 * 60)
    ranges["reach"][:-1] = (later <= p.rules[0]["starts_most"]).sum(axis=1)
    ranges["reach"][-1] = bins
    return Desk(
        now=now,
        jobs=np.zeros(people * weeks, np.int64),
        jobs_first=np.zeros(weeks + 1, np.int64),
        row=np.zeros(days, np.int64),
        sums=np.zeros(p.demand.need.shape[1] + 1),
        offers=np.zeros((WEEK, bins), OFFER),
        ranges=ranges,
        hours=np.zeros(p.past_hours.shape[1] + weeks),
        weekends=np.zeros(weeks, np.int64),
        present=np.zeros(len(p.demand.can), np.int64),
    )
