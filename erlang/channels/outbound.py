"""Outbound work: a list of records to be called, of which some are reached, at one try or another.

A try reaches the contact with the contact rate p, independent of the tries before; a record is given
up after k tries. Then 1 - (1-p)^k of the records are reached, after (1 - (1-p)^k) / p tries each on
average: a geometric distribution, cut off [1]_. A try that reaches its contact takes `contact_s`
seconds (talk and wrap-up), one that does not `no_contact_s` (dialling, ringing, noting it down).

Agents choose when to dial: nobody queues, so that the load is simply hours of work over hours of time.
A cap on busy time leaves room for pauses between the calls.

References
----------
.. [1] N. L. Johnson, A. W. Kemp, S. Kotz (2005), Univariate Discrete Distributions, 3rd edition,
   chapter 5.
"""

import math
from dataclasses import dataclass, fields

from numpy.typing import ArrayLike

from callplan.errors import Refused
from erlang.arguments import Values, refuse_above_one, refuse_zero, unwrapped
from erlang.channels.intervals import known
from erlang.teams.search import ceil_ratio


@dataclass(frozen=True)
class Dialling:
    """How a list is worked.

    `contact_rate` is the share of tries that reach their contact, `attempts` the most tries for one
    record, `contact_s` and `no_contact_s` the seconds of a try that reaches its contact and of one
    that does not, `occupancy` the share of their time at the phones that agents are busy, above 0.
    """

    contact_rate: float
    attempts: int
    contact_s: float
    no_contact_s: float
    occupancy: float = 1.0

    def __post_init__(self) -> None:
        given = {field.name: known(**{field.name: getattr(self, field.name)})[0] for field in fields(self)}
        refuse_above_one(contact_rate=given["contact_rate"], occupancy=given["occupancy"])
        refuse_zero(occupancy=given["occupancy"])
        if self.attempts < 1 or self.attempts % 1:
            raise Refused("attempts", f"found {self.attempts:g}", "give a whole number of tries, 1 or more")
        if not self.seconds_per_record():
            raise Refused("contact_s, no_contact_s", "a record takes no time", "give the seconds of a try")

    def reached(self) -> float:
        """Return the share of records that are reached."""
        return -math.expm1(self.attempts * math.log1p(-self.contact_rate)) if self.contact_rate < 1 else 1.0

    def tries_per_record(self) -> float:
        """Return the mean number of tries for one record."""
        return self.reached() / self.contact_rate if self.contact_rate > 0 else float(self.attempts)

    def seconds_per_record(self) -> float:
        """Return the mean seconds of an agent for one record, the time between calls included."""
        missed = self.tries_per_record() - self.reached()
        return (self.reached() * self.contact_s + missed * self.no_contact_s) / self.occupancy


@dataclass(frozen=True)
class Outbound:
    """What a list takes and yields: values of the shape of its records."""

    tries: Values
    contacts: Values
    """Records that are reached."""
    hours: Values
    """Hours of agents at the phones, the time between calls included."""


def outbound_hours(records: ArrayLike, dialling: Dialling) -> Outbound:
    """Return the tries, contacts and hours of agents that lists of so many `records` take.

    >>> dialling = Dialling(contact_rate=0.3, attempts=3, contact_s=240, no_contact_s=40)
    >>> work = outbound_hours(1000, dialling)
    >>> f"{work.tries:.0f} tries, {work.contacts:.0f} contacts, {work.hours:.1f} hours"
    '2190 tries, 657 contacts, 60.8 hours'
    """
    (n,) = known(records=records)
    return Outbound(
        tries=unwrapped(n * dialling.tries_per_record()),
        contacts=unwrapped(n * dialling.reached()),
        hours=unwrapped(n * dialling.seconds_per_record() / 3600),
    )


def outbound_agents(records: ArrayLike, hours: ArrayLike, dialling: Dialling) -> Values:
    """Return the smallest whole team that works through `records` in so many `hours`, exact in decimals.

    >>> dialling = Dialling(contact_rate=0.3, attempts=3, contact_s=240, no_contact_s=40, occupancy=0.85)
    >>> int(outbound_agents(1000, hours=8, dialling=dialling))
    9
    """
    n, time = known(records=records, hours=hours)
    refuse_zero(hours=time)
    return unwrapped(ceil_ratio(n * dialling.seconds_per_record(), time * 3600))


def outbound_records(agents: ArrayLike, hours: ArrayLike, dialling: Dialling) -> Values:
    """Return how many records `agents` work through in so many `hours`, every one up to its last try.

    >>> dialling = Dialling(contact_rate=0.3, attempts=3, contact_s=240, no_contact_s=40, occupancy=0.85)
    >>> round(float(outbound_records(agents=9, hours=1, dialling=dialling)))
    126
    """
    n, time = known(agents=agents, hours=hours)
    return unwrapped(n * time * 3600 / dialling.seconds_per_record())
