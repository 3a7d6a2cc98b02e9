"""Single agents moved until every interval of a day has its service level, and none too many."""

from erlang.day.opening import Opening

# What an interval may fall short of the goal: 80% is met from 79% on.
TOLERANCE = 0.01


def repaired(opening: Opening, goal: float) -> Opening:
    """Return the opening with agents such that no interval is more than `TOLERANCE` below the goal.

    And none would stay so with one agent fewer in any of them.
    """
    floor = goal - TOLERANCE
    # Where only the answered count, agents of later may push an earlier interval below the floor again:
    # who would have hung up is then answered late.
    while short := [i for i, level in enumerate(opening.level) if level < floor]:
        opening = _filled(opening, short[0], floor)
    while (thinner := _thinned(opening, floor)) is not opening:
        opening = thinner
    return opening


def _filled(opening: Opening, i: int, floor: float) -> Opening:
    """Add the fewest agents to interval i, or some of them to the one before if that takes fewer in all."""
    best = _least(opening, i, floor)
    while i:
        opening = _with(opening, i - 1, 1)
        other = _least(opening, i, floor)
        if other.agents.sum() >= best.agents.sum():
            break
        best = other
    return best


def _least(opening: Opening, i: int, floor: float) -> Opening:
    """Return the opening with the fewest agents more in interval i: gallop, then halve."""
    if opening.level[i] >= floor:
        return opening
    fails, step = opening, 1
    while (meets := _with(fails, i, step)).level[i] < floor:
        fails, step = meets, 2 * step
    while step > 1:
        step //= 2
        middle = _with(fails, i, step)
        if middle.level[i] < floor:
            fails = middle
        else:
            meets = middle
    return meets


def _thinned(opening: Opening, floor: float) -> Opening:
    """Take agents away, from the last interval to the first, wherever all stay above the floor."""
    for i in reversed(range(len(opening.level))):
        step = 1
        while opening.agents[i] > 0:
            fewer = opening.changed(i, max(opening.agents[i] - step, 0.0), floor)
            if fewer is not None:
                opening, step = fewer, 2 * step
            elif step == 1:
                break
            else:
                step //= 2
    return opening


def _with(opening: Opening, i: int, more: float) -> Opening:
    changed = opening.changed(i, opening.agents[i] + more)
    assert changed is not None  # no floor was given
    return changed
