# mypy: disallow-untyped-defs=False
"""The count of a replication's calls: one pass, compiled like the event loop, and imported as late."""

from numba import njit

from erlang.simulation.events import ABANDONED, ANSWERED, BLOCKED

# The columns of the sums after the outcomes themselves, as `erlang.simulation.tally.MEASURES` names them.
_WAITED, _ANSWERED_WITHIN, _ABANDONED_WITHIN, _SHORT_ABANDONED, _WAIT_S = range(6, 11)


@njit(cache=True, _nrt=False)  # type: ignore[call-overload]
def count(calls, within_s, short_s, last_s, sums, handling_s):
    """Add calls to `sums` (rows by measures), and each team's seconds from 0 to `last_s` to `handling_s`."""
    for i in range(len(calls)):
        call = calls[i]
        if call.team >= 0:
            handled_s = min(call.began_s + call.handle_s, last_s) - max(call.began_s, 0.0)
            handling_s[call.team] += max(handled_s, 0.0)
        if call.row < 0:
            continue
        row, waited_s = sums[call.row], call.waited_s
        row[call.outcome] += 1
        in_time = waited_s <= within_s[call.queue]
        if call.outcome == ANSWERED:
            row[_ANSWERED_WITHIN] += in_time
            row[_WAIT_S] += waited_s
        elif call.outcome == ABANDONED:
            row[_ABANDONED_WITHIN] += in_time
            row[_SHORT_ABANDONED] += waited_s <= short_s
        if call.outcome != BLOCKED and not (call.outcome == ANSWERED and waited_s == 0):
            row[_WAITED] += 1
