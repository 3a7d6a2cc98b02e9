"""What a client brings to a pool: calls and handling times by interval of a typical week."""

from dataclasses import dataclass, replace

import numpy as np

from callplan.errors import Refused
from callplan.hours import OpeningHours
from erlang import Target
from quoting.portfolio.clients import Client, Pool
from quoting.terms.terms import Terms


@dataclass(frozen=True, eq=False)
class Demand:
    """One client's typical week: arrays by interval from Monday's midnight, (S,).

    `calls` an interval, `aht_s` of them, `minimum` the agents that must be there (0 where it is closed).
    """

    client: str
    minutes: int
    calls: np.ndarray
    aht_s: np.ndarray
    minimum: np.ndarray
    target: Target
    patience_s: float | None = None
    cost_per_agent_h: float | None = None

    def load(self) -> np.ndarray:
        """Return erlangs by interval."""
        return self.calls * self.aht_s / (60 * self.minutes)

    def of(self, calls: np.ndarray) -> "Demand":
        """Return the same client with other calls."""
        return replace(self, calls=calls)


def demands(pool: Pool) -> list[Demand]:
    """Return the typical week of every client of a pool, in the order of the file.

    >>> pool = Pool.from_dict({"name": "two", "currency": "EUR", "minutes": 60, "clients": {
    ...     name: {"calls": 150, "aht_s": 240, "service_level": 0.8, "within_s": 20} for name in "ab"}}, "")
    >>> [demand.load()[0] for demand in demands(pool)]
    [np.float64(10.0), np.float64(10.0)]
    """
    found = [
        _of_quote(pool, name) if client.quote else _of_client(pool, name)
        for name, client in pool.clients.items()
    ]
    priced = [demand.cost_per_agent_h is not None for demand in found]
    if any(priced) and not all(priced):
        name = found[priced.index(False)].client
        where = pool.where(f"clients.{name}.cost_per_agent_h")
        raise Refused(where, "this key is missing", "a quote has its costs: price all")
    return found


def _of_client(pool: Pool, name: str) -> Demand:
    client = pool.clients[name]
    calls, is_open = _week(client, pool.minutes, pool.where(f"clients.{name}"))
    return Demand(
        client=name,
        minutes=pool.minutes,
        calls=calls,
        aht_s=np.full(len(calls), float(client.aht_s or 0)),
        minimum=np.where(is_open, client.minimum_agents, 0),
        target=client.target,
        patience_s=client.patience_s,
        cost_per_agent_h=client.cost_per_agent_h,
    )


def _week(client: Client, minutes: int, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the calls by interval, and in which of them the client is open."""
    is_open = np.ones((7, 1440 // minutes), dtype=bool)
    if client.hours is not None:
        is_open = open_intervals(client.hours, minutes)
    if client.spread is None:
        return np.where(is_open, float(client.calls or 0), 0.0).ravel(), is_open.ravel()
    share = np.where(is_open, client.spread.cells(minutes), 0.0)
    days = share.sum(axis=1, keepdims=True)
    if not days.any():
        raise Refused(f"{where}.hours", "the profile has no calls in them", "see hours and profile")
    # All calls come within the hours: what the profile has outside is laid over the day's open intervals.
    weight = np.where(days > 0, np.array(client.spread.week)[:, None], 0.0)
    daily = float(client.calls_per_day or 0) * np.count_nonzero(days) * weight / weight.sum()
    calls = daily * np.divide(share, days, out=np.zeros_like(share), where=days > 0)
    if client.hours is None:
        is_open = calls > 0
    return calls.ravel(), is_open.ravel()


def open_intervals(hours: OpeningHours, minutes: int) -> np.ndarray:
    """Return, by weekday and interval, whether it is open."""
    clock = np.arange(0, 1440, minutes)
    is_open = np.zeros((7, len(clock)), dtype=bool)
    for weekday, spans in enumerate(hours.week):
        for first, last in spans:
            is_open[weekday] |= (clock >= first) & (clock < last)
    return is_open


def _of_quote(pool: Pool, name: str) -> Demand:
    """Return the typical week of a `quote.toml`, and what its wages make of an hour on the phones.

    A second tier stays with the client: its calls are not among them.
    """
    from quoting.sizing.agents import typical_week

    where, path = pool.where(f"clients.{name}.quote"), pool.quote_file(name)
    terms = Terms.from_toml(path)
    if terms.currency != pool.currency:
        found = f"{path.name} is in {terms.currency}, the pool in {pool.currency}"
        raise Refused(where, found, "bring all to one currency")
    if terms.direction.way != "inbound":
        raise Refused(
            where, f"{path.name} is outbound", "nobody waits for such calls: leave it out of the pool"
        )
    if terms.traffic.minutes != pool.minutes:
        found = f"{path.name} has intervals of {terms.traffic.minutes} minutes, the pool of {pool.minutes}"
        raise Refused(where, found, "give both the same minutes")
    if terms.standard.convention == "virtual":
        raise Refused(
            where, f"{path.name} counts by 'virtual'", "take a convention that counts calls which came"
        )
    week = typical_week(terms)
    place = (week["weekday"] * 1440 + week["minute"]).to_numpy() // pool.minutes
    calls, aht_s, minimum = np.zeros((3, 7 * 1440 // pool.minutes))
    calls[place], aht_s[place], minimum[place] = week["calls"], week["aht_s"], terms.staff.minimum_agents
    wages = sum(wage.share * wage.per_h for wage in terms.cost.wages) * (1 + terms.cost.burden)
    return Demand(
        client=name,
        minutes=pool.minutes,
        calls=calls,
        aht_s=np.nan_to_num(aht_s),
        minimum=minimum.astype(int),
        target=terms.standard.target,
        patience_s=terms.traffic.patience_s,
        cost_per_agent_h=pool.clients[name].cost_per_agent_h or wages / (1 - terms.staff.shrinkage),
    )
