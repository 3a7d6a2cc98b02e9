"""Which mark is the decimal one in a file: by what its numbers prove together."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow.compute as pc

from callplan.errors import Refused
from intake.cells import Cells
from intake.sources import Batch

# d is the mark in question, o the other one.
_DECIMAL = (
    r"^[+-]?(?:\d*{d}(?:\d{{1,2}}|\d{{4,}})|0{d}\d+|\d{{4,}}{d}\d+|\d{{1,3}}(?:{o}\d{{3}})+{d}\d*) ?%?$"
)
_GROUPED = r"^[+-]?\d{{1,3}}(?:{d}\d{{3}}){{2,}}$"
_EITHER = r"^[+-]?[1-9]\d{{0,2}}{d}\d{{3}}$"


@dataclass
class MarkEvidence:
    """What the numbers of a file prove; of each kind the first, with its place."""

    proofs: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By decimal mark."""
    either: dict[tuple[str, str, bool], tuple[str, str]] = field(default_factory=dict)
    """Such as 1,234: by mark, column and whether that counts."""
    plain: set[str] = field(default_factory=set)
    """Columns that also hold whole numbers without a mark, of more than three digits none."""

    def see(self, column: str, cells: Cells, batch: Batch, *, is_count: bool) -> None:
        """Take in a column of a batch."""
        if (
            column not in self.plain
            and pc.any(pc.match_substring_regex(cells.text, r"^[1-9]\d{0,2}$")).as_py()
        ):
            self.plain.add(column)
        text = cells.text
        if cells.typed is not None:  # what is a number already needs no reading
            text = pc.if_else(np.array([value is None for value in cells.typed]), text, "")
        if not pc.any(pc.match_substring_regex(text, "[.,]")).as_py():
            return
        for mark, other in ((",", "."), (".", ",")):
            names = {"d": f"\\{mark}", "o": f"\\{other}"}
            for pattern, known, key in (
                (_DECIMAL, self.proofs, mark),
                (_GROUPED, self.proofs, other),
                (_EITHER, self.either, (mark, column, is_count)),
            ):
                if key in known:
                    continue
                found = pc.match_substring_regex(text, pattern.format(**names)).to_numpy(zero_copy_only=False)
                if found.any():
                    first = int(found.argmax())
                    where = f"row {batch.rows[cells.first_row(first)]}, column {column}"
                    known[key] = text[first].as_py(), where  # type: ignore[index]

    def decimal(self, file: str, separator: str) -> tuple[str, str | None]:
        """Return the decimal mark, and a remark where it is not the point; refuse what is open."""
        commas = [found for (mark, _, _), found in self.either.items() if mark == ","]
        if len(self.proofs) == 2:
            self._refuse(file, self.proofs[","], self.proofs["."])
        if "," in self.proofs:
            if commas:
                self._refuse(file, commas[0], self.proofs[","])
            return ",", f"the decimal mark is a comma, as {self._shown(self.proofs[','])} shows"
        if "." in self.proofs or not self.either:
            return ".", None
        parts = {
            self._parts(mark, column, counts, separator): (mark, found)
            for (mark, column, counts), found in self.either.items()
        }
        if (open_one := parts.pop(None, None)) is not None:
            self._refuse(file, open_one[1], None)
        if len(parts) == 2:
            (_, one), (_, other) = parts.values()
            self._refuse(file, one, other)
        decimal, (mark, found) = next((of, about) for of, about in parts.items() if of)
        return decimal, None if decimal == mark else f"{mark!r} parts thousands, as in {self._shown(found)}"

    def _parts(self, mark: str, column: str, counts: bool, separator: str) -> str | None:
        """Return the decimal mark that a number such as 1,234 leaves, None if it is open."""
        other = "." if mark == "," else ","
        if mark == separator:  # what parts the cells does not part the decimals as well
            return other
        if counts and column in self.plain:  # calls are whole, and some are written whole
            return other
        return mark if separator == other else None

    @staticmethod
    def _shown(found: tuple[str, str]) -> str:
        return f"{found[0]!r} ({found[1]})"

    def _refuse(self, file: str, one: tuple[str, str], other: tuple[str, str] | None) -> None:
        beside = f" beside {self._shown(other)}" if other else ""
        raise Refused(
            f"{file}, {one[1]}",
            f"found {one[0]!r}{beside}: decimals and thousands cannot be told apart",
            'set decimal = "." or decimal = "," in a profile (--profile mine.toml)',
        )
