"""The simulation's rules, against a plain and slow telling of them, and by cases worked out by hand."""

import math
from dataclasses import dataclass, field

import numpy as np
import pytest

from erlang.simulation.replications import OUTCOMES


@dataclass
class Caller:
    """One call of the slow telling."""

    queue: int
    arrived: float
    handle: float
    leaves: float
    accepts: bool
    fails: bool
    state: str = "waiting"
    joined: float = 0.0
    waited: float = 0.0
    team: int = -1


@dataclass
class SlowCentre:
    """The same rules with lists and minima: no heap, no chain, no counters kept."""

    callers: list[Caller]
    skills: list[list[int]]
    staff: list[tuple[float, list[int]]]
    rank: list[int]
    lines: list[float]
    ring_back: float
    failed: float
    queue: list[Caller] = field(default_factory=list)
    talking: list[tuple[float, Caller]] = field(default_factory=list)
    due: list[tuple[float, Caller]] = field(default_factory=list)
    agents: list[int] = field(default_factory=list)

    def run(self) -> None:
        self.agents = [0] * len(self.skills)
        coming = list(self.callers)
        borders = list(self.staff)
        while True:
            events: list[tuple[float, int, object]] = [(end, 0, caller) for end, caller in self.talking]
            on_line = [caller for caller in self.queue if caller.state == "waiting"]
            events += [(c.arrived + c.leaves, 1, c) for c in on_line if c.leaves < math.inf]
            events += [(at, 2, caller) for at, caller in self.due]
            events += [(borders[0][0], 3, None)] if borders else []
            events += [(coming[0].arrived, 4, coming[0])] if coming else []
            if not events:
                return
            now, kind, caller = min(events, key=lambda event: event[:2])
            if kind == 0:
                self.talking = [(end, other) for end, other in self.talking if other is not caller]
            elif kind == 1:
                self.leave(caller, now)
            elif kind == 2:
                self.due = [(at, other) for at, other in self.due if other is not caller]
                self.put(caller, now)
            elif kind == 3:
                self.agents = borders.pop(0)[1]
            else:
                coming.pop(0)
                self.arrive(caller, now)
            self.serve(now)

    def idle(self, team: int) -> bool:
        return sum(caller.team == team for _, caller in self.talking) < self.agents[team]

    def arrive(self, caller: Caller, now: float) -> None:
        taken = [other for _, other in self.talking] + [c for c in self.queue if c.state == "waiting"]
        if sum(other.queue == caller.queue for other in taken) >= self.lines[caller.queue]:
            caller.state = "blocked"
        else:
            self.put(caller, now)

    def put(self, caller: Caller, now: float) -> None:
        caller.joined = now
        able = [team for team, skills in enumerate(self.skills) if caller.queue in skills and self.idle(team)]
        if able:
            self.answer(caller, min(able, key=lambda team: self.skills[team].index(caller.queue)), now)
        else:
            self.queue.append(caller)

    def serve(self, now: float) -> None:
        for team, skills in enumerate(self.skills):
            while self.idle(team):
                able = [caller for caller in self.queue if caller.queue in skills]
                if not able:
                    break
                chosen = min(able, key=lambda caller: (self.rank[caller.queue], caller.joined))
                self.queue.remove(chosen)
                self.answer(chosen, team, now)

    def answer(self, caller: Caller, team: int, now: float) -> None:
        caller.team = team
        if caller.state == "waiting":
            caller.state, caller.waited = "answered", now - caller.arrived
        else:
            caller.state = "callback_failed" if caller.fails else "called_back"
            caller.handle = self.failed if caller.fails else caller.handle
        self.talking.append((now + caller.handle, caller))

    def leave(self, caller: Caller, now: float) -> None:
        self.queue.remove(caller)
        caller.waited = caller.leaves
        caller.state = "abandoned"
        if caller.accepts:
            caller.state = "callback_failed"
            self.due.append((now + self.ring_back, caller))


def slow(seed: int, n: int = 400) -> tuple[list[Caller], SlowCentre]:
    """Return callers and a centre of three queues and three teams whose staffing changes four times."""
    rng = np.random.default_rng(seed)
    patience = np.where(rng.random(n) < 0.2, np.inf, rng.exponential(300, n))
    arrived = np.sort(rng.uniform(0, 7200, n))
    offer = rng.random(n) < 0.3
    callers = [
        Caller(
            int(q),
            float(t),
            float(h),
            float(min(p, 45.0) if o and p >= 45 else p),
            bool(o and p >= 45),
            bool(f),
        )
        for q, t, h, p, o, f in zip(
            rng.integers(0, 3, n),
            arrived,
            rng.exponential(200, n),
            patience,
            offer,
            rng.random(n) < 0.2,
            strict=True,
        )
    ]
    staff = [(1800.0 * i, rng.integers(1, 5, 3).tolist()) for i in range(5)]
    lines = [math.inf, 5.0, math.inf]
    return callers, SlowCentre(callers, [[0], [1, 0], [2, 1, 0]], staff, [2, 1, 1], lines, 600.0, 25.0)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("priority", [True, False])
def test_every_call_ends_as_in_the_slow_telling(seed: int, priority: bool) -> None:
    from erlang.simulation.events import CALL, NONE, QUEUE, play

    callers, centre = slow(seed)
    centre.rank = centre.rank if priority else [0, 0, 0]
    calls = np.zeros(len(callers), CALL)
    for name in ("queue", "arrived", "handle", "leaves", "accepts", "fails"):
        column = name if name in CALL.names else f"{name}_s"
        calls[column] = [getattr(caller, name) for caller in callers]
    queues = np.zeros(3, QUEUE)
    queues["rank"], queues["lines"] = centre.rank, centre.lines
    queues["ring_back_s"], queues["failed_s"] = centre.ring_back, centre.failed
    teams_of = np.array([[0, 1, 2], [1, 2, NONE], [2, NONE, NONE]])
    queues_of = np.array([[0, NONE, NONE], [1, 0, NONE], [2, 1, 0]])
    border_s, staffed = (np.array(column) for column in zip(*centre.staff, strict=True))
    play(calls, queues, teams_of, queues_of, border_s, staffed, np.zeros((5, 3), bool))
    centre.run()
    assert [OUTCOMES[outcome] for outcome in calls["outcome"]] == [caller.state for caller in callers]
    assert calls["team"].tolist() == [caller.team for caller in callers]
    assert calls["waited_s"] == pytest.approx([caller.waited for caller in callers])
    # The instance holds all that can happen.
    assert {caller.state for caller in callers} == set(OUTCOMES) - {"waiting"}


def test_what_happens_at_one_instant_happens_in_the_order_stated() -> None:
    """One agent until 200 s, then none, two again from 300 s to the end at 400 s; calls of 100 s each.

    0 s     first: answered, freed at 100 s
    10 s    second: would leave at 100 s, but the agent is freed before: waited 90 s
    20 s    third: waits 180 s for its turn, and at 200 s the agent is freed before the shift ends: answered
    200 s   fourth: staffing has changed before it comes; at 300 s two agents come, and it has waited 100 s
    210 s   fifth: leaves at 300 s, just before they come
    400 s   sixth: finds two agents who stay
    """
    from erlang.simulation.events import CALL, QUEUE, play

    calls = np.zeros(6, CALL)
    calls["arrived_s"] = [0, 10, 20, 200, 210, 400]
    calls["handle_s"] = 100
    calls["leaves_s"] = [90, 90, np.inf, np.inf, 90, 90]
    queues = np.zeros(1, QUEUE)
    queues["lines"] = np.inf
    border_s, staffed = np.array([0.0, 200, 300, 400]), np.array([[1], [0], [2], [2]])
    play(calls, queues, np.array([[0]]), np.array([[0]]), border_s, staffed, np.zeros((4, 1), bool))
    assert calls["waited_s"].tolist() == [0, 90, 180, 100, 90, 0]
    assert [OUTCOMES[outcome] for outcome in calls["outcome"]] == [*["answered"] * 4, "abandoned", "answered"]
