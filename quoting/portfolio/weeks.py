"""Shared teams by simulation over a typical week: that of all clients, and those of fewer of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from quoting.portfolio.clients import Pool
from quoting.portfolio.demand import Demand
from quoting.portfolio.doubt import kept
from quoting.portfolio.studies import busiest
from quoting.portfolio.teams import hours, members, team
from quoting.portfolio.witness import Witness, missed, play, smallest

Progress = Callable[[str], None]
# What calls in an interval, and who at least must be there.
Kind = tuple[object, ...]

# Calls that one trial of the simulation plays: where a number of agents is stated by itself, and of all
# the intervals of a week together, whose errors even out.
CALLS, _WEEK_CALLS, _LEAST_CALLS = 1_000_000.0, 5_000_000.0, 30_000.0
# Intervals of sets of clients that are played at most, over all sets: about a minute.
_MOST_PLAYED = 1000
# How often it is said how far the simulation is.
_WORDS = 10


@dataclass(eq=False)
class Weeks:
    """Simulated teams of a pool's typical week; an interval with the same calls is played once."""

    seed: int
    tell: Progress
    played: dict[Kind, Witness] = field(default_factory=dict)

    def simulated(self, clients: Sequence[Demand]) -> np.ndarray:
        """Return the shared team of these clients, (S,), whole.

        Where only one of them has calls it is that of the formula, which is exact for calls of one kind.
        """
        agents, kinds = team(clients), _kinds(clients)
        new = {
            kind: place for place, kind in reversed([*enumerate(kinds)]) if kind and kind not in self.played
        }
        largest, fair_share = agents.max(), max(_WEEK_CALLS / max(len(new), 1), _LEAST_CALLS)
        who = "shared team" if len(self.played) == 0 else " and ".join(c.client for c in clients)
        for done, (kind, place) in enumerate(sorted(new.items(), key=lambda item: item[1])):
            if done % max(1, len(new) // _WORDS) == 0:
                self.tell(f"{who}, {done / len(new):.0%} of the week simulated")
            calls = CALLS if agents[place] == largest else min(fair_share, CALLS)
            self.played[kind] = self._least(clients, place, int(agents[place]), calls)
        return np.array(
            [self.played[kind].agents if kind else n for kind, n in zip(kinds, agents, strict=True)]
        )

    def service(self, clients: Sequence[Demand]) -> list[Witness | None]:
        """Return what clients get of their simulated team, by interval; None where no calls come."""
        return [self.played.get(kind) for kind in _kinds(clients)]

    def hours_of_sets(self, pool: Pool, clients: Sequence[Demand]) -> np.ndarray | None:
        """Return the staffed hours a week for every set of clients, (2^n,); None where they are too many."""
        joint = [kept(members(clients, number), pool) for number in range(1, 2 ** len(clients))]
        if (
            len({kind for some in joint if len(some) > 1 for kind in _kinds(some)} - self.played.keys())
            > _MOST_PLAYED
        ):
            return None
        # Alone the formula is exact.
        teams = [self.simulated(some) if len(some) > 1 else team(some) for some in joint]
        return np.array([0.0, *(hours(agents, pool.minutes) for agents in teams)])

    def misses_goals(self, pool: Pool, clients: Sequence[Demand]) -> bool:
        """Return whether some of the clients seem to miss goals at their busiest, sized by formula."""
        for number in range(1, 2 ** len(clients) - 1):
            some = kept(members(clients, number), pool)
            place, agents = busiest(some), team(some)
            # Of calls of one kind the formula is exact.
            if len({(c.aht_s[place], c.patience_s) for c in some if c.calls[place] > 0}) > 1:
                served = play(some, place, int(agents[place]), calls=CALLS / 4, seed=self.seed)
                if missed(some, served):
                    return True
        return False

    def _least(self, clients: Sequence[Demand], place: int, agents: int, calls: float) -> Witness:
        seed = (self.seed + place) % 2**31
        if sum(client.calls[place] > 0 for client in clients) == 1:
            return Witness(agents, play(clients, place, agents, calls=calls, seed=seed))
        return smallest(clients, place, agents, calls=calls, seed=seed)


def _kinds(clients: Sequence[Demand]) -> list[Kind]:
    """Return by interval what calls and who must be there, the same where a team is; empty without calls."""
    least = np.max([client.minimum for client in clients], axis=0).tolist()
    kinds: list[Kind] = []
    for place, kept_there in enumerate(least):
        calling = [(c.client, c.calls[place], c.aht_s[place]) for c in clients if c.calls[place] > 0]
        kinds.append((kept_there, *calling) if calling else ())
    return kinds
