# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False
"""Who serves which queue in a slot: always the cheapest split of the heads at work, kept head by head.

A head with several skills is one head. Adding or taking one moves others between queues along the
cheapest path, so that the split stays a flow of least cost (successive shortest paths, Busacker and
Gowen 1961; what a queue costs is convex in its heads).
"""

from typing import Any

import numba
import numpy as np

from scheduling.roster.problem import HARD, NONE

# Without numba's counting of references, which nothing here needs, a step takes a third of the time; but
# then nothing can be allocated inside. Only what Python calls is cached, see `search`.
_inner: dict[str, Any] = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
compiled: Any = numba.njit(**_inner)
part: Any = numba.njit(**_inner, forceinline=True)

# Whether heads are put to work or taken off. Of numpy's type: numba compiles anew for each plain number.
IN, OUT = np.int64(1), np.int64(-1)


@part
def priced(demand, state, q, t, heads):
    """Return what a queue costs in a slot with so many heads.

    Smoothed, the price of one head more goes from `under` to `-over` not at once but over some heads
    around the slot's dual price: the augmented Lagrangian of a program whose heads may be fractions.
    """
    queue, price, missing = demand.queue[q], demand.price[0], demand.need[q, t] - heads
    cost, below = queue.square * missing * missing, demand.floor[q, t] - heads
    if below > 0:
        cost += price.floor * below
    if demand.floor[q, t] < 0:  # closed
        cost += HARD * heads
    if price.smooth > 0:
        bend, dual = (queue.under + queue.over) / price.smooth, state.dual[q, t]
        end = min(queue.under, max(-queue.over, dual + bend * missing))
        # Linear beyond the bend; `inside` is how much of what is missing lies within.
        inside = (end - dual) / bend if bend > 0 else 0.0
        return cost + end * (missing - inside) + (dual + end) / 2 * inside
    return cost + (queue.under * missing if missing > 0 else -queue.over * missing)


@compiled
def total(demand, state):
    """Return what all queues cost in all slots."""
    cost = 0.0
    for q in range(state.heads.shape[0]):
        for t in range(state.heads.shape[1]):
            cost += priced(demand, state, q, t, state.heads[q, t])
    return cost


@compiled
def value(demand, state, t):
    """Write anew what one head more saves in a slot."""
    for q in range(state.heads.shape[0]):
        _save(demand, state, q, t)
    _reach(state, t)
    _gain(state, t)


@part
def _save(demand, state, q, t):
    heads = state.heads[q, t]
    state.saved[q, t] = priced(demand, state, q, t, heads) - priced(demand, state, q, t, heads + 1)


@part
def _reach(state, t):
    """Write which queues each set of skills can relieve in a slot, heads moved on from one to the next."""
    sets, queues = state.serves.size, state.heads.shape[0]
    for q in range(queues):
        state.moves[q, t] = 0
        for s in range(sets):
            if state.split[s, q, t] > 0:
                state.moves[q, t] |= state.serves[s]
    for s in range(sets):
        reached, before = state.serves[s], 0
        while reached != before:
            before = reached
            for q in range(queues):
                if reached >> q & 1:
                    reached |= state.moves[q, t]
        state.reached[s, t] = reached


@part
def _gain(state, t):
    for s in range(state.serves.size):
        best = -1e300
        for q in range(state.heads.shape[0]):
            if state.reached[s, t] >> q & 1 and state.saved[q, t] > best:
                best = state.saved[q, t]
        state.gain[s, t] = best


@part
def _shift_head(state, s, q, t, sign):
    """Count a head into a queue or out of it; say whether the moves that there are may have changed."""
    state.split[s, q, t] += sign
    return state.split[s, q, t] == (1 if sign > 0 else 0)


@part
def _move(state, one, other, t):
    """Move one head from a queue to another; say whether the moves that there are may have changed."""
    s = 0
    while state.split[s, one, t] == 0 or not state.serves[s] >> other & 1:
        s += 1
    out, into = _shift_head(state, s, one, t, OUT), _shift_head(state, s, other, t, IN)
    return out or into


@part
def _put(state, s, t):
    """Put a head of skills `s` to work where it saves most; return the queue, and whether moves changed."""
    beside, queues = state.desk.now[0].beside, state.heads.shape[0]
    seen, best, at = state.serves[s], -1e300, 0
    for q in range(queues):
        if seen >> q & 1:
            beside[q] = NONE
            if state.saved[q, t] > best + 1e-9:
                best, at = state.saved[q, t], q
    if state.gain[s, t] > best + 1e-9:
        before = 0
        while seen != before:
            before = seen
            for q in range(queues):
                for r in range(queues):
                    if (seen >> q & 1) and (state.moves[q, t] & ~seen) >> r & 1:
                        beside[r] = q
                        seen |= 1 << r
                        if state.saved[r, t] > best + 1e-9:
                            best, at = state.saved[r, t], r
    end, changed = at, False
    while beside[at] != NONE:
        changed |= _move(state, beside[at], at, t)
        at = beside[at]
    changed |= _shift_head(state, s, at, t, IN)
    return end, changed


@part
def _draw_off(demand, state, s, t):
    """Take a head of skills `s` off where it is missed least; return the queue, and whether moves changed."""
    beside, queues = state.desk.now[0].beside, state.heads.shape[0]
    seen, before, least, at = 0, -1, 1e300, 0
    for q in range(queues):
        if state.split[s, q, t] > 0:
            beside[q] = NONE
            seen |= 1 << q
    while seen != before:
        for q in range(queues):
            if (seen & ~max(before, 0)) >> q & 1:
                heads = state.heads[q, t]
                missed = priced(demand, state, q, t, heads - 1) - priced(demand, state, q, t, heads)
                if missed < least - 1e-9:
                    least, at = missed, q
        before = seen
        for r in range(queues):
            if not seen >> r & 1 and state.moves[r, t] & before:
                seen |= 1 << r
                q = 0
                while not (state.moves[r, t] & before) >> q & 1:
                    q += 1
                beside[r] = q
    end, changed = at, False
    while beside[at] != NONE:
        changed |= _move(state, at, beside[at], t)
        at = beside[at]
    changed |= _shift_head(state, s, at, t, OUT)
    return end, changed


@compiled
def change(demand, state, s, t, sign):
    """Put one head to work in a slot (IN) or take one off (OUT); return the change of the cost.

    The split is the cheapest before and after, so that change is what a head is worth.
    """
    cost = -state.gain[s, t]
    if sign > 0:
        q, changed = _put(state, s, t)
    else:
        q, changed = _draw_off(demand, state, s, t)
    state.heads[q, t] += sign
    _save(demand, state, q, t)
    if changed:
        _reach(state, t)
    _gain(state, t)
    return cost if sign > 0 else state.gain[s, t]


@part
def _change_alone(demand, state, first, last, sign):
    """Do as `change` from one slot to before another, where there is one queue."""
    cost = 0.0
    for t in range(first, last):
        before = state.gain[0, t]
        state.heads[0, t] += sign
        heads = state.heads[0, t]
        after = priced(demand, state, 0, t, heads) - priced(demand, state, 0, t, heads + 1)
        state.gain[0, t] = after
        cost += after if sign < 0 else -before
    return cost


@compiled
def place(p, state, i, d, sign):
    """Put person `i` to work on the shift of day `d` with its breaks (IN) or take them off (OUT).

    Return the change of the cost.
    """
    shift, s = p.shift[state.rows[i, d]], p.person[i].skills
    cost, first = sign * shift.cost, shift.first
    # Breaks stand in their order, so work is what lies between them.
    for k in range(shift.breaks + 1):
        last = state.begins[i, d, k] if k < shift.breaks else shift.last
        if state.heads.shape[0] == 1:
            cost += _change_alone(p.demand, state, first, last, sign)
        else:
            for t in range(first, last):
                cost += change(p.demand, state, s, t, sign)
        first = last + shift.length[k] if k < shift.breaks else last
    return cost
