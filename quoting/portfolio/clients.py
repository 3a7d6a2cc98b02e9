"""Who shares the agents: `pool.toml`, one table a client."""

import re
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr, field_validator, model_validator

from callplan.errors import Refused
from callplan.hours import WEEKDAYS, OpeningHours
from callplan.plausible import refuse_odd_aht
from callplan.settings import Settings
from erlang import Target
from forecasting import Profile
from quoting.terms.factors import Standard
from quoting.terms.figures import in_currency, refuse_unfilled

_HERE = Path(__file__).parent

# Filled with invented figures.
DEMO_POOL = _HERE / "demo.toml"

_GOALS = ("preset", "service_level", "within_s", "asa_s", "abandoned", "occupancy", "convention")
# What a client may say beside the quote that says the rest.
_BESIDE_A_QUOTE = {"quote", "cost_per_agent_h", "overflow_above"}


class Client(Settings):
    """One client: its calls, how long they take, and the goals that it was promised.

    `calls` come in every open interval, or `calls_per_day` on a mean open day, spread by `profile` (a
    name of `forecasting.profiles()`, or 24, 48 or 96 weights from midnight, which `weekdays` weighs from
    Monday); all of them come within the `hours`. Without `hours` it is open where its profile has calls,
    and with `calls` day and night. Or `quote` names a `quote.toml` in the folder, which says all that.

    `minimum_agents` are on the phones in every open interval. `cost_per_agent_h` is what an hour of an
    agent on the phones costs. Of a client with `overflow_above` only the calls above that number in an
    interval may go to the pool, which is worked out beside the rest. Times are in seconds.
    """

    written_by: ClassVar[str] = "callplan pool --init"

    quote: str = ""
    calls: float | None = Field(default=None, gt=0)
    calls_per_day: float | None = Field(default=None, gt=0)
    profile: str | tuple[float, ...] | None = None
    weekdays: tuple[float, ...] = ()
    hours: OpeningHours | None = None
    aht_s: float | None = Field(default=None, gt=0)
    aht_as_given: bool = False
    patience_s: float | None = Field(default=None, gt=0)
    preset: Literal["world_class"] | None = None
    service_level: float | None = None
    within_s: float | None = None
    asa_s: float | None = None
    abandoned: float | None = None
    occupancy: float | None = None
    convention: str = "offered"
    minimum_agents: int = Field(default=1, ge=0)
    cost_per_agent_h: float | None = Field(default=None, gt=0)
    overflow_above: float | None = Field(default=None, gt=0)

    @field_validator("hours", mode="before")
    @classmethod
    def _parsed(cls, hours: Any) -> Any:
        return OpeningHours.parse(hours) if isinstance(hours, dict) else hours

    @field_validator("quote")
    @classmethod
    def _stands_beside(cls, quote: str) -> str:
        if PurePath(quote).is_absolute() or ".." in PurePath(quote).parts:
            raise Refused("", f"found {quote!r}", "name a file in the folder of these settings")
        return quote

    @model_validator(mode="after")
    def _says_all_once(self) -> Self:
        if self.quote:
            double = sorted(self.model_fields_set - _BESIDE_A_QUOTE)
            if double:
                raise Refused(double[0], f"beside {self.quote}, which says it too", "leave it out")
            return self
        if (self.calls is None) == (self.calls_per_day is None):
            found = "both are given" if self.calls else "neither is given"
            raise Refused("calls", found, "give calls (an interval) or calls_per_day, or a quote")
        if self.aht_s is None:
            raise Refused("aht_s", "this key is missing", "give the handling time in seconds")
        if not self.aht_as_given:
            refuse_odd_aht(self.aht_s, "aht_s", "or set aht_as_given = true")
        if self.hours is not None and not any(self.hours.week):
            raise Refused("hours", "no opening hour", "open at least one weekday")
        self._days_are_sound()
        if self.target.abandoned is not None and self.patience_s is None:
            raise Refused("patience_s", "a goal for hanging up without a patience", "give patience_s")
        return self

    def _days_are_sound(self) -> None:
        if (self.calls_per_day is None) != (self.profile is None):
            do = (
                "give the profile of a day" if self.profile is None else "it spreads calls_per_day: give them"
            )
            raise Refused("profile", "calls_per_day and profile come together", do)
        if self.weekdays and not isinstance(self.profile, tuple):
            raise Refused("weekdays", "no profile of weights", "a named profile has weekdays of its own")
        _ = self.spread

    @cached_property
    def spread(self) -> Profile | None:
        """How the calls of a week lie, where they are given by the day."""
        if isinstance(self.profile, str):
            return Profile.named(self.profile)
        if self.profile is None:
            return None
        try:
            return Profile(name="own", week=self.weekdays or (1.0,) * 7, days=(self.profile,))
        except Refused as fault:
            where = "weekdays" if fault.where.startswith("week") else "profile"
            raise Refused(where, fault.found, fault.do) from None

    @cached_property
    def target(self) -> Target:
        """The goals of this client; of one with a `quote` they stand there."""
        target = Standard(**{name: getattr(self, name) for name in _GOALS}).target
        if target.convention == "virtual":
            raise Refused("convention", "found 'virtual'", "take one that counts calls which came")
        return target


class Pool(Settings):
    """Clients who may share agents, in intervals of `minutes`.

    `volume_sd` is one standard deviation of a client's volume, as a share of it, and `correlation` how far
    these doubts move together (1: all are wrong alike); with them all teams are sized for the volume that
    is kept with the chance `confidence`. `cost_per_agent_h` is that of a shared agent; left out, it is the
    mean of the clients' costs, weighed by their own hours.
    """

    written_by: ClassVar[str] = "callplan pool --init"

    name: str = Field(min_length=1)
    currency: str
    minutes: Literal[15, 30, 60] = 30
    clients: dict[str, Client]
    correlation: float = Field(default=0.0, ge=-1, le=1)
    volume_sd: float = Field(default=0.0, ge=0, le=1)
    confidence: float = Field(default=0.9, ge=0.5, lt=1)
    cost_per_agent_h: float | None = Field(default=None, gt=0)
    _folder: Path = PrivateAttr(default=Path())
    _source: str = PrivateAttr(default="")

    @classmethod
    def from_dict(cls, content: dict[str, Any], source: str) -> Self:
        """Check a pool given as nested dictionaries, filled in and in one currency."""
        try:
            refuse_unfilled(content)
            currency = content.get("currency")
            plain = in_currency(content, currency) if isinstance(currency, str) else content
        except Refused as fault:
            raise Refused(f"{source}, {fault.where}", fault.found, fault.do) from None
        pool = super().from_dict(plain, source)
        pool._source = source
        return pool

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read and check a `pool.toml`; the quotes that it names stand in its folder."""
        pool = super().from_toml(path)
        pool._folder = Path(path).resolve().parent
        return pool

    def replace(self, **changes: Any) -> Self:
        """Return the same pool with some fields changed, checked anew, in the same folder."""
        changed = super().replace(**changes)
        changed._folder, changed._source = self._folder, self._source
        return changed

    def where(self, key: str) -> str:
        """Return where a key stands: its file too, where there is one."""
        return f"{self._source}, {key}" if self._source else key

    def quote_file(self, name: str) -> Path:
        """Return the `quote.toml` of a client."""
        return self._folder / self.clients[name].quote

    @field_validator("currency")
    @classmethod
    def _three_letters(cls, currency: str) -> str:
        if not re.fullmatch("[A-Z]{3}", currency):
            raise Refused("", f"found {currency!r}", "write its code of three capital letters, as EUR")
        return currency

    @field_validator("clients")
    @classmethod
    def _two_or_more(cls, clients: dict[str, Client]) -> dict[str, Client]:
        if len(clients) < 2:
            raise Refused("", f"found {len(clients)}", "a pool has two or more: add a [clients.NAME] table")
        return clients

    @model_validator(mode="after")
    def _fits_the_clients(self) -> Self:
        least = -1 / (len(self.clients) - 1)
        if self.correlation < least:
            found = f"found {self.correlation:g} between all {len(self.clients)}"
            raise Refused(
                "correlation", found, f"so many cannot move against each other: {least:.2f} or more"
            )
        for key in ("correlation", "confidence"):
            if key in self.model_fields_set and not self.volume_sd:
                do = f"give volume_sd, as 0.1, or leave {key} out"
                raise Refused(key, "no doubt of the volumes that it could be of", do)
        own = [name for name, client in self.clients.items() if not client.quote]
        priced = {name for name in own if self.clients[name].cost_per_agent_h is not None}
        without = [name for name in own if name not in priced]
        if priced and without:
            raise Refused(
                f"clients.{without[0]}.cost_per_agent_h", "this key is missing", "price all clients, or none"
            )
        for name in own:
            self._opens_on_intervals(name)
        return self

    def _opens_on_intervals(self, name: str) -> None:
        hours = self.clients[name].hours
        for weekday, spans in enumerate(hours.week if hours is not None else ()):
            off = next((edge for span in spans for edge in span if edge % self.minutes), None)
            if off is not None:
                clock = f"{off // 60:02}:{off % 60:02}"
                fits = next((length for length in (30, 15) if off % length == 0), None)
                raise Refused(
                    f"clients.{name}.hours.{WEEKDAYS[weekday]}",
                    f"{clock} is off intervals of {self.minutes} minutes",
                    f"set minutes = {fits}" if fits else "open and close at quarters of an hour",
                )


def pool_template() -> str:
    """Return the text of a `pool.toml` with every key explained, and no figure filled in.

    >>> 'currency = "?"' in pool_template()
    True
    """
    return (_HERE / "template.toml").read_text(encoding="utf-8")
