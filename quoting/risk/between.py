"""Reading between the points of a table."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import RegularGridInterpolator


def between(axes: Sequence[np.ndarray], table: np.ndarray, places: Sequence[ArrayLike]) -> np.ndarray:
    """Return a table's values (places' common shape, ...) at places of its axes, each rising.

    Linear between the points, exact on them, beyond the edges as at the edge. An axis of one point is the
    same everywhere.

    >>> between([np.array([1.0, 2.0]), np.array([7.0])], np.array([[10.0], [20.0]]), [[1.0, 1.5, 9.0], 3.0])
    array([10., 15., 20.])
    """
    points, inside = [], []
    for dimension, (nodes, place) in enumerate(zip(axes, places, strict=True)):
        inside.append(np.clip(place, nodes[0], nodes[-1]))
        if len(nodes) == 1:
            nodes, table = np.append(nodes, nodes + 1), table.repeat(2, axis=dimension)
        points.append(nodes)
    return np.asarray(RegularGridInterpolator(points, table)(np.stack(np.broadcast_arrays(*inside), axis=-1)))
