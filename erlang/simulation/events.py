# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False
"""The event loop of the simulation: calls come, wait, hang up, are answered, and agents come and go.

Nothing is drawn here: every call brings its own handling time and the time after which it leaves, so a
run is a function of its arguments. Agents need no names: a team is how many are staffed and how many busy.

The rules, stated once:

- An arriving call goes to an idle agent of the first team in its queue's order of teams. Where none is
  idle it waits; where all lines of its queue are taken it is blocked.
- A freed agent takes the waiting call of the lowest rank among the queues of the team, and among equals
  the one that has waited longest.
- At a border the staffing changes. Agents above the new number finish the call in hand and leave; new
  agents, team by team, take waiting calls at once.
- At the same instant agents are freed first, then callers leave, then staffing changes, then calls come.

Imported only where a simulation runs: loading numba and the compiled loop takes about a second.
"""

import numpy as np
from numba import njit

WAITING, ANSWERED, ABANDONED, BLOCKED, CALLED_BACK, CALLBACK_FAILED = range(6)

# Kinds of events; at the same instant in this order.
_FREED, _LEAVES, _DUE = range(3)

# The end of a chain of calls, of a row of choices; the team of a call that nobody took.
NONE = -1

# One row a call, in order of arrival: what it brings, what becomes of it, its place in the queue.
CALL = np.dtype(
    [
        ("arrived_s", "f8"),
        ("handle_s", "f8"),
        ("leaves_s", "f8"),  # seconds of waiting after which the caller leaves the queue, or inf
        ("waited_s", "f8"),
        ("began_s", "f8"),  # when an agent took it
        ("joined_s", "f8"),  # when it joined the queue: a callback joins when it is due
        ("queue", "i4"),
        ("row", "i4"),  # of the result, where the call is counted, or NONE
        ("team", "i4"),
        ("before", "i4"),
        ("after", "i4"),
        ("outcome", "i1"),
        ("accepts", "?"),  # leaves because a callback is offered then, and taken
        ("fails", "?"),  # and nobody picks up when rung back
    ],
    align=True,
)
QUEUE = np.dtype(
    [
        ("rank", "i8"),  # for a freed agent: the lowest goes first
        ("lines", "f8"),
        ("ring_back_s", "f8"),  # from taking the offer of a callback to being due
        ("failed_s", "f8"),  # an agent's time for a callback that nobody picks up
        ("lines_taken", "i8"),
        ("first", "i8"),
        ("last", "i8"),
    ],
    align=True,
)
TEAM = np.dtype([("staffed", "i8"), ("busy", "i8")], align=True)
EVENT = np.dtype([("at_s", "f8"), ("kind", "i4"), ("call", "i4")], align=True)

# One compiled loop: small functions become part of it. Without numba's counting of references, which
# nothing here needs, it takes less than half the time; but then nothing can be allocated inside.
_part = njit(inline="always", _nrt=False)  # type: ignore[call-overload]
_loop = njit(cache=True, _nrt=False)  # type: ignore[call-overload]


def play(
    calls: np.ndarray,  # of CALL, sorted by arrival
    queues: np.ndarray,  # of QUEUE
    teams_of: np.ndarray,  # for each queue its teams in the order they are tried, filled up with NONE
    queues_of: np.ndarray,  # for each team its queues, filled up with NONE
    border_s: np.ndarray,  # when staffing changes; the last one ends the simulated time
    staffed: np.ndarray,  # borders by teams
    cuts_off: np.ndarray,  # borders by queues: all who wait hang up
) -> None:
    """Run one replication, from an empty centre; write what becomes of each call into `calls`."""
    queues, teams = queues.copy(), np.zeros(len(queues_of), TEAM)
    queues["first"] = queues["last"] = NONE
    calls["team"] = NONE
    # A call is in the calendar at most twice: until its agent is freed, and until it would have left.
    calendar = np.empty(2 * len(calls) + 2, EVENT)
    calendar[0]["call"], calendar[1]["at_s"] = 0, np.inf
    _run(calls, queues, teams, teams_of, queues_of, border_s, staffed, cuts_off, calendar)


@_loop
def _run(calls, queues, teams, teams_of, queues_of, border_s, staffed, cuts_off, calendar):
    """Let everything happen in its order."""
    i = border = 0
    while True:
        event_s = calendar[1].at_s
        change_s = border_s[border] if border < len(border_s) else np.inf
        arrival_s = calls[i].arrived_s if i < len(calls) else np.inf
        if arrival_s < event_s and arrival_s < change_s:
            _arrive(i, calls, queues, teams, teams_of, calendar)
            i += 1
        elif change_s < event_s:
            for queue in range(len(queues)):
                if cuts_off[border, queue]:
                    _cut_off(queue, change_s, calls, queues)
            for team in range(len(teams)):
                teams[team].staffed = staffed[border, team]
            for team in range(len(teams)):
                _work(team, change_s, calls, queues, teams, queues_of, calendar)
            border += 1
        elif event_s < np.inf:
            _happen(calls, queues, teams, teams_of, queues_of, calendar)
        else:
            break
    # Where no agent is left to come.
    for queue in range(len(queues)):
        _cut_off(queue, border_s[-1], calls, queues)


@_part
def _arrive(i, calls, queues, teams, teams_of, calendar):
    """Let a call come in: it is blocked, answered at once, or waits."""
    call = calls[i]
    queue = queues[call.queue]
    if queue.lines_taken >= queue.lines:
        call.outcome = BLOCKED
        return
    queue.lines_taken += 1
    answered = _offer(i, call.arrived_s, calls, queues, teams, teams_of, calendar)
    if not answered and call.leaves_s < np.inf:
        _push(calendar, call.arrived_s + call.leaves_s, _LEAVES, i)


@_part
def _happen(calls, queues, teams, teams_of, queues_of, calendar):
    """Let the next event of the calendar happen."""
    now, kind, i = _pop(calendar)
    call = calls[i]
    if kind == _FREED:
        teams[call.team].busy -= 1
        queues[call.queue].lines_taken -= 1
        _work(call.team, now, calls, queues, teams, queues_of, calendar)
    elif kind == _DUE:
        _offer(i, now, calls, queues, teams, teams_of, calendar)
    elif call.outcome == WAITING:
        call.waited_s = call.leaves_s
        _hang_up(i, calls, queues)
        if call.accepts:
            # It fails until somebody picks up.
            call.outcome = CALLBACK_FAILED
            _push(calendar, now + queues[call.queue].ring_back_s, _DUE, i)


@_part
def _offer(i, now, calls, queues, teams, teams_of, calendar):
    """Give a call to an idle agent, or let it join its queue; tell whether an agent took it."""
    queue = calls[i].queue
    for choice in range(teams_of.shape[1]):
        team = teams_of[queue, choice]
        if team == NONE:
            break
        if teams[team].busy < teams[team].staffed:
            _answer(i, team, now, calls, queues, teams, calendar)
            return True
    _join(i, now, calls, queues[queue])
    return False


@_part
def _work(team, now, calls, queues, teams, queues_of, calendar):
    """Give the idle agents of a team the calls that wait for them."""
    while teams[team].busy < teams[team].staffed:
        i = _next_for(team, calls, queues, queues_of)
        if i == NONE:
            break
        _unjoin(i, calls, queues)
        _answer(i, team, now, calls, queues, teams, calendar)


@_part
def _next_for(team, calls, queues, queues_of):
    """Return the waiting call that an agent of the team takes: by rank, then by the wait so far."""
    chosen, rank, joined_s = NONE, 0, np.inf
    for choice in range(queues_of.shape[1]):
        if queues_of[team, choice] == NONE:
            break
        queue = queues[queues_of[team, choice]]
        i = queue.first
        if i == NONE:
            continue
        longer = queue.rank == rank and calls[i].joined_s < joined_s
        if chosen == NONE or queue.rank < rank or longer:
            chosen, rank, joined_s = i, queue.rank, calls[i].joined_s
    return chosen


@_part
def _answer(i, team, now, calls, queues, teams, calendar):
    """Let an agent of the team take a call that is in no queue."""
    call = calls[i]
    if call.outcome == WAITING:
        call.outcome = ANSWERED
        call.waited_s = now - call.arrived_s
    else:
        queues[call.queue].lines_taken += 1
        if call.fails:
            call.handle_s = queues[call.queue].failed_s
        else:
            call.outcome = CALLED_BACK
    call.team = team
    call.began_s = now
    teams[team].busy += 1
    _push(calendar, now + call.handle_s, _FREED, i)


@_part
def _hang_up(i, calls, queues):
    """Let a caller who waits leave queue and line."""
    _unjoin(i, calls, queues)
    queues[calls[i].queue].lines_taken -= 1
    calls[i].outcome = ABANDONED


@_part
def _cut_off(queue, now, calls, queues):
    """Let all who wait in a queue hang up; callbacks that are due stay due."""
    i = queues[queue].first
    while i != NONE:
        after = calls[i].after
        if calls[i].outcome == WAITING:
            calls[i].waited_s = now - calls[i].arrived_s
            _hang_up(i, calls, queues)
        i = after


# A queue is a chain of calls: callers may leave from its middle.


@_part
def _join(i, now, calls, queue):
    """Put a call at the end of a queue."""
    call = calls[i]
    call.joined_s = now
    call.before, call.after = queue.last, NONE
    if queue.last == NONE:
        queue.first = i
    else:
        calls[queue.last].after = i
    queue.last = i


@_part
def _unjoin(i, calls, queues):
    """Take a call out of its queue."""
    call = calls[i]
    queue = queues[call.queue]
    if call.before == NONE:
        queue.first = call.after
    else:
        calls[call.before].after = call.after
    if call.after == NONE:
        queue.last = call.before
    else:
        calls[call.after].before = call.before


# The calendar of events is a binary heap in entries 1, 2, ..; `call` of entry 0 is how many there are.


@_part
def _earlier(one, other):
    return one.at_s < other.at_s or (one.at_s == other.at_s and one.kind < other.kind)


@_part
def _push(calendar, at_s, kind, call):
    calendar[0].call += 1
    place = calendar[0].call
    while place > 1:
        above = calendar[place // 2]
        if above.at_s < at_s or (above.at_s == at_s and above.kind <= kind):
            break
        calendar[place] = above
        place //= 2
    entry = calendar[place]
    entry.at_s, entry.kind, entry.call = at_s, kind, call


@_part
def _pop(calendar):
    """Take out the earliest event: its instant, its kind, its call."""
    first = calendar[1].at_s, calendar[1].kind, calendar[1].call
    size = calendar[0].call
    last = calendar[size]
    place, below = 1, 2
    while below < size:
        if below + 1 < size and _earlier(calendar[below + 1], calendar[below]):
            below += 1
        if not _earlier(calendar[below], last):
            break
        calendar[place] = calendar[below]
        place, below = below, 2 * below
    calendar[place] = last
    if size == 1:
        calendar[1].at_s = np.inf
    calendar[0].call = size - 1
    return first
