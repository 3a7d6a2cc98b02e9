"""The terms of a quote: eight groups of price factors, and what the one who quotes adds to them."""

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, PrivateAttr, field_validator, model_validator

from callplan.errors import Refused, Remark, closest
from quoting.terms.factors import Direction, Integration, Other, ServiceType, Standard, Term, TimeBand
from quoting.terms.figures import in_currency, refuse_blank, refuse_truth, refuse_unfilled
from quoting.terms.group import Day, Group, Text, Texts
from quoting.terms.money import Billing, Cost, InHouse, Price, Risk, Sla
from quoting.terms.said import Said, apart, nearest_said
from quoting.terms.staff import Staff
from quoting.terms.together import refuse_contradictions, refuse_premium_of_no_day
from quoting.terms.traffic import Traffic

FACTORS = ("direction", "service_type", "term", "time_band", "integration", "traffic", "standard", "other")


class Terms(Group):
    """All that a quote rests on, as it stands in `quote.toml`; a what-if is `terms.replace(...)`.

    Money is in `currency`, three letters as EUR. `changes` are the lines of the change log. `said` is what
    was said of the figures, by path, as `traffic.aht_s` or `cost.wages.1.per_h`.
    """

    name: Text
    client: Text
    by: Text
    date: Day
    currency: str
    direction: Direction
    service_type: ServiceType
    term: Term
    time_band: TimeBand
    integration: Integration
    traffic: Traffic
    standard: Standard
    other: Other
    staff: Staff
    cost: Cost
    price: Price
    billing: tuple[Billing, ...] = Field(min_length=1)
    sla: Sla | None = None
    risk: Risk = Risk()
    in_house: InHouse | None = None
    changes: Texts = ()
    said: dict[str, Said] = Field(default_factory=dict)
    _folder: Path = PrivateAttr(default=Path())

    @classmethod
    def from_dict(cls, content: dict[str, Any], source: str) -> Self:
        """Check terms given as nested dictionaries, figures with or without what was said of them."""
        try:
            _refuse_missing_groups(content, cls.written_by)
            refuse_unfilled(content)
            refuse_blank(content)
            refuse_truth(content)
            plain, said = apart(_in_its_currency(content))
            terms = cls._counted_from_1(plain, said)
            refuse_premium_of_no_day(terms)
        except Refused as fault:
            where = f"{source}, {fault.where}" if fault.where else source
            raise Refused(where, fault.found, fault.do) from None
        if terms.term.start < terms.date:
            text = f"{source}: term.start, {terms.term.start}, is before the quote's date, {terms.date}"
            warnings.warn(text, Remark, stacklevel=2)
        return terms

    @classmethod
    def _counted_from_1(cls, plain: Mapping[str, Any], said: Mapping[str, Said]) -> Self:
        """Check plain values; a refusal counts the tables of a list from 1, as those who write them do."""
        try:
            return cls(**plain, said=dict(said))
        except Refused as fault:
            where = re.sub(r"\.(\d+)(?=\.|$)", lambda n: f".{int(n[1]) + 1}", fault.where)
            raise Refused(where, fault.found, fault.do) from None

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read and check a `quote.toml`; a history that it names stands in its folder."""
        terms = super().from_toml(path)
        terms._folder = Path(path).resolve().parent
        return terms

    def replace(self, **changes: Any) -> Self:
        """Return the same terms with some groups changed, checked anew."""
        terms = super().replace(**changes)
        terms._folder = self._folder
        return terms

    @property
    def history_file(self) -> Path | None:
        """The file of the history, if there is one."""
        return self._folder / self.traffic.history if self.traffic.history else None

    def said_of(self, path: str) -> Said:
        """Return what was said of a figure, as `traffic.aht_s`."""
        return nearest_said(path, self.said)

    @field_validator("currency")
    @classmethod
    def _three_letters(cls, currency: str) -> str:
        if not re.fullmatch("[A-Z]{3}", currency):
            raise Refused("", f"found {currency!r}", "write its code of three capital letters, as EUR")
        return currency

    @model_validator(mode="after")
    def _groups_fit(self) -> Self:
        refuse_contradictions(self)
        return self


def _refuse_missing_groups(content: Mapping[str, Any], written_by: str) -> None:
    """Refuse content in which one of the eight groups is missing, or says nothing."""
    for state, faulty in (
        ("missing", [group for group in FACTORS if group not in content]),
        ("empty", [group for group in FACTORS if group in content and _is_empty(content[group])]),
    ):
        if not faulty:
            continue
        first, others = faulty[0], ", ".join(faulty[1:])
        meant = closest(first, [key for key in content if key not in Terms.model_fields])
        do = f"rename [{meant}]" if meant else f"add its keys under [{first}]; `{written_by}` shows them"
        raise Refused(first, f"this group is {state}" + (f", so are {others}" if others else ""), do)


def _is_empty(group: Any) -> bool:
    return not group or (isinstance(group, Mapping) and not set(group) - {"said"})


def _in_its_currency(content: Mapping[str, Any]) -> Any:
    currency = content.get("currency")
    return in_currency(content, currency) if isinstance(currency, str) else content
