"""A linear program as arrays: parts of it are taken, fixed and solved without building it anew."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pulp
from scipy import sparse


class Part(IntEnum):
    """What a column decides. The higher ones come first, and make the lower ones easy."""

    AMOUNT = 0  # what is short or over: any number
    DETAIL = 1  # breaks by interval, and heads by queue: whole numbers in the end
    SERVING = 2  # heads of a slot by what they give their day: whole numbers, and worth deciding early
    HEADS = 3  # on one shift: whole numbers
    CHOICE = 4  # whether something is used at all: 0 or 1


@dataclass(frozen=True, eq=False)
class Program:
    """Least cost @ x with least <= matrix @ x <= most, lower <= x <= upper.

    Columns and rows have a moment, the interval that they concern; -1 is a column that concerns all.
    """

    cost: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    part: np.ndarray
    moment: np.ndarray
    matrix: sparse.csr_matrix
    least: np.ndarray
    most: np.ndarray
    row_moment: np.ndarray

    def only(self, columns: np.ndarray, rows: np.ndarray, values: np.ndarray) -> "Program":
        """Return the program of some columns and rows; the other columns stand at their values."""
        others = np.where(columns, 0.0, values)
        fixed = (self.matrix @ others)[rows]
        return Program(
            self.cost[columns],
            self.lower[columns],
            self.upper[columns],
            self.part[columns],
            self.moment[columns],
            self.matrix[rows][:, columns],
            self.least[rows] - fixed,
            self.most[rows] - fixed,
            self.row_moment[rows],
        )

    def pieces(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return the columns and rows of each piece that has nothing to do with the others."""
        rows = len(self.least)
        links = sparse.bmat([[None, self.matrix], [self.matrix.T, None]])
        count, label = sparse.csgraph.connected_components(links, directed=False)
        pieces = [(label[rows:] == number, label[:rows] == number) for number in range(count)]
        return [piece for piece in pieces if piece[0].any()]

    def problem(self, whole: np.ndarray, start: np.ndarray | None = None) -> pulp.LpProblem:
        """Return the program as PuLP's, with some columns in whole numbers, and values to start from.

        Columns are named by number, filled up with zeros: PuLP 3 sorts them by name.
        """
        problem = pulp.LpProblem("plan", pulp.LpMinimize)
        names = [f"x{number:07d}" for number in range(len(self.cost))]
        columns = [
            problem.add_variable(
                name, low, None if high == np.inf else high, "Integer" if integer else "Continuous"
            )
            for name, low, high, integer in zip(
                names, self.lower.tolist(), self.upper.tolist(), whole.tolist(), strict=True
            )
        ]
        if start is not None:
            for column, value in zip(columns, start.tolist(), strict=True):
                column.setInitialValue(value)
        problem += pulp.LpAffineExpression(list(zip(columns, self.cost.tolist(), strict=True)))
        starts, indices, values = (
            part.tolist() for part in (self.matrix.indptr, self.matrix.indices, self.matrix.data)
        )
        for row, (least, most) in enumerate(zip(self.least.tolist(), self.most.tolist(), strict=True)):
            first, last = starts[row], starts[row + 1]
            terms = zip([columns[index] for index in indices[first:last]], values[first:last], strict=True)
            expression = pulp.LpAffineExpression(list(terms))
            if least == most:
                problem += expression == least
            elif most == np.inf:
                problem += expression >= least
            else:
                problem += expression <= most
        return problem


class Builder:
    """Collects columns and rows."""

    def __init__(self) -> None:
        self._columns: list[tuple[float, float, float, Part, int]] = []
        self._rows: list[tuple[float, float, int]] = []
        self._entries: tuple[list[int], list[int], list[float]] = ([], [], [])

    def column(
        self, part: Part, moment: int, *, cost: float = 0.0, lower: float = 0.0, upper: float = np.inf
    ) -> int:
        """Add a column, and return its number."""
        self._columns.append((cost, lower, upper, part, moment))
        return len(self._columns) - 1

    def row(
        self, terms: Iterable[tuple[int, float]], moment: int, *, least: float = -np.inf, most: float = np.inf
    ) -> None:
        """Add a row: the terms, as columns and factors, lie between two numbers."""
        for column, factor in terms:
            self._entries[0].append(len(self._rows))
            self._entries[1].append(column)
            self._entries[2].append(factor)
        self._rows.append((least, most, moment))

    def program(self) -> Program:
        """Return what was collected."""
        cost, lower, upper, part, moment = (np.array(values) for values in zip(*self._columns, strict=True))
        least, most, row_moment = (np.array(values) for values in zip(*self._rows, strict=True))
        rows, columns, factors = self._entries
        shape = (len(self._rows), len(self._columns))
        matrix = sparse.csr_matrix((factors, (rows, columns)), shape=shape)
        return Program(cost, lower, upper, part, moment, matrix, least, most, row_moment)
