"""Sequences of imports and undos against a dictionary: what a store should hold, in a few lines of Python."""

import math
from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callplan.store import open_store

NOW = datetime(2024, 6, 3, tzinfo=UTC)
STARTS = pd.date_range("2024-10-27 00:00", periods=8, freq="30min", tz="Europe/Paris").as_unit("us")
COLUMNS = ("offered", "talk_s")

CELL = st.sampled_from([None, 0.0, 1.0, 2.5])
BATCH = st.tuples(
    st.sampled_from([COLUMNS, COLUMNS[:1]]),
    st.dictionaries(
        st.tuples(st.sampled_from(["sales", "support"]), st.integers(0, 7)), st.tuples(CELL, CELL), min_size=1
    ),
)
STEP = st.one_of(st.just("undo"), st.lists(BATCH, min_size=1, max_size=3))


def frame(batch: tuple) -> pd.DataFrame:
    columns, rows = batch
    cells = [
        {"queue": queue, "start": STARTS[place], "minutes": 30} | dict(zip(columns, values, strict=False))
        for (queue, place), values in rows.items()
    ]
    return pd.DataFrame(cells).astype(dict.fromkeys(columns, float))


class Model:
    """A store's history as a dictionary, and all its former states."""

    def __init__(self) -> None:
        self.states: list[dict] = [{}]

    def put(self, batches: list[tuple]) -> tuple[int, int, int]:
        """Return how many intervals were added, changed and the same."""
        file: dict = {}
        for columns, rows in batches:
            file |= {key: values[: len(columns)] for key, values in rows.items()}
        state, counts = dict(self.states[-1]), [0, 0, 0]
        for key, values in file.items():
            padded = (*values, *[None] * (2 - len(values)))
            old = state.get(key, (None, None))
            state[key] = tuple(was if new is None else new for new, was in zip(padded, old, strict=True))
            counts[0 if key not in self.states[-1] else 1 if state[key] != old else 2] += 1
        self.states.append(state)
        return tuple(counts)


def held(history: pd.DataFrame) -> dict:
    result = {}
    for row in history.to_dict("records"):
        values = (row.get(column) for column in COLUMNS)
        cells = tuple(None if value is None or math.isnan(value) else value for value in values)
        result[row["queue"], STARTS.get_loc(row["start"])] = cells
    return result


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(sequence=st.lists(STEP, max_size=7))
def test_imports_and_undos_do_what_a_dictionary_does(new_store: Callable[[], str], sequence: list) -> None:
    model, standing = Model(), []
    with open_store(new_store()) as store:
        for place, step in enumerate(sequence):
            if step == "undo":
                if standing:
                    store.undo_import(standing.pop(), who="Bob", now=NOW)
                    model.states.pop()
            else:
                done = store.put_history(
                    map(frame, step), file="a.csv", digest=str(place), profile="generic", who="Ann", now=NOW
                )
                assert (done.added, done.changed, done.same) == model.put(step)
                standing.append(done.number)
            assert held(store.history(zone="Europe/Paris")) == model.states[-1]
