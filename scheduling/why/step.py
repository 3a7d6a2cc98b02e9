"""One step of the compiled search by itself: a week is given its best, if that is cheaper."""

from typing import Any

from scheduling.roster.search import KERNELS, _put_best, _take_out, _undo, door

NOTHING = 1e-6  # money


def _compiled(kernels: int) -> Any:
    """Return the step; numba keeps it by this number, as it keeps what depends on a closure by its values.

    So it is compiled anew where the search that it is made of has changed.
    """

    def step(p, state, job):  # type: ignore[no-untyped-def]
        state.desk.now[0].out[0] = job
        change = _take_out(p, state, 0)
        change += _put_best(p, state, 0)
        # What is as good as before is not taken: shortage would only wander.
        if change > -NOTHING and kernels >= 0:
            _undo(p, state, 1)

    return door(step)


# Give a week, person × weeks + week, its best beside all others; leave it if that saves nothing. The state
# is valued: `search.cost_of` was called on it, and only such steps have come since.
step = _compiled(int(KERNELS[:8], 16))
