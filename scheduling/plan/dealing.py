"""Breaks counted by slot are dealt to the shifts: who may go first, goes first."""

from collections import Counter

import numpy as np

from scheduling.plan.model import Model, Pool

# A shift's number, and the minutes since its start at which its breaks begin.
Dealt = tuple[int, tuple[int, ...]]


def deal(model: Model, heads: list[int], begun: dict[int, int]) -> Counter[Dealt]:
    """Return how many heads work each shift with which breaks.

    `heads` are those of each shift, `begun` the breaks that begin, by column. Heads of one shift are
    alike: the one with the earliest meal has the earliest rests too, so that few ways to work it come out.
    """
    given: dict[tuple[int, int], list[int]] = {}
    for pool in model.pools:
        for key, begins in _dealt(model, pool, heads, begun):
            given.setdefault(key, []).append(begins)
    found: Counter[Dealt] = Counter()
    for number, count in enumerate(heads):
        if not count:
            continue
        breaks = model.shifts[number].shape.breaks
        columns = [sorted(given[number, which]) for which in range(len(breaks))]
        for head in range(count):
            found[number, tuple(column[head] for column in columns)] += 1
    return found


def _dealt(
    model: Model, pool: Pool, heads: list[int], begun: dict[int, int]
) -> list[tuple[tuple[int, int], int]]:
    """Return the shift and the number of each break of a pool, with its minutes since the shift's start."""
    slots, step = len(model.axis), model.axis.step_min
    windows = [
        (opens, key)
        for opens in sorted(pool.windows)
        for key in pool.windows[opens]
        for _ in range(heads[key[0]])
    ]
    breaks = np.repeat(sorted(pool.columns), [begun[pool.columns[slot]] for slot in sorted(pool.columns)])
    # In a plan that comes again, the first breaks may belong to windows that opened before its end.
    turns = (np.roll(breaks, -late) for late in range(len(windows) + 1))
    turned = next(
        turn
        for turn in turns
        if all((slot - opens) % slots <= pool.width for slot, (opens, _) in zip(turn, windows, strict=True))
    )
    pairs = []
    for slot, (_, key) in zip(turned.tolist(), windows, strict=True):
        after = (slot - model.shifts[key[0]].slot) % slots
        pairs.append((key, after * step))
    return pairs
