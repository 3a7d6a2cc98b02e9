"""Second witnesses: the same numbers by exact fractions, by a chain of states, by other integrals, by law."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.linalg import expm
from scipy.special import gammainc

from erlang import CONVENTIONS, erlang_b, erlang_c, performance, service_level


def exact_b(agents: int, load: Fraction) -> Fraction:
    """Return Erlang B by its recursion, without rounding."""
    blocked = Fraction(1)
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def exact_c(agents: int, load: Fraction) -> Fraction:
    """Return Erlang C from Erlang's own sum, without rounding."""
    terms = [Fraction(1)]
    for n in range(1, agents + 1):
        terms.append(terms[-1] * load / n)
    delayed = terms[-1] * agents / (agents - load)
    return delayed / (sum(terms[:-1]) + delayed)


WHOLE = [(n, Fraction(load)) for n in (1, 2, 7, 30, 120) for load in ("1/50", "3/4", "6", "29", "119", "400")]


@pytest.mark.parametrize(("agents", "load"), WHOLE)
def test_erlang_b_in_exact_fractions(agents: int, load: Fraction) -> None:
    assert erlang_b(agents, float(load)) == pytest.approx(float(exact_b(agents, load)), rel=1e-12, abs=0)


@pytest.mark.parametrize(("agents", "load"), [(n, load) for n, load in WHOLE if load < n])
def test_erlang_c_in_exact_fractions(agents: int, load: Fraction) -> None:
    assert erlang_c(agents, float(load)) == pytest.approx(float(exact_c(agents, load)), rel=1e-12, abs=0)


@pytest.mark.parametrize(("agents", "load"), [(0.3, 0.2), (0.3, 40), (2.5, 2), (14.5, 10), (99.9, 100)])
def test_fractional_erlang_b_by_its_integral(agents: float, load: float) -> None:
    """1/B = a ∫ e^(-at) (1+t)^n dt, with s = at."""
    integral, _ = quad(
        lambda s: np.exp(-s + agents * np.log1p(s / load)), 0, 2000, points=[1, 30, 200], limit=500, epsabs=0
    )
    assert erlang_b(agents, load) == pytest.approx(1 / integral, rel=1e-9)


@pytest.mark.parametrize(
    ("agents", "load", "within_s"), [(3, 2, 20), (14, 10, 20), (14, 10, 300), (55, 50, 10)]
)
def test_patient_waits_by_a_sum_over_places(agents: int, load: float, within_s: float) -> None:
    """A call that finds k waiting is answered after k+1 calls have ended: gamma-distributed times."""
    aht_s, places = 240.0, np.arange(2000)
    chance = erlang_c(agents, load) * (1 - load / agents) * (load / agents) ** places
    result = performance(agents, load, aht_s, within_s)
    in_time = 1 - chance.sum() + (chance * gammainc(places + 1, agents * within_s / aht_s)).sum()
    assert result.service_level == pytest.approx(in_time, abs=1e-12)
    assert result.asa_s == pytest.approx((chance * (places + 1) * aht_s / agents).sum(), rel=1e-9)
    assert result.queue_length == pytest.approx((chance * places).sum(), rel=1e-9)


@dataclass(frozen=True)
class Chain:
    """M/M/n+M as a chain of states, cut off where nobody ever is, and one call followed through it.

    A call with k ahead of it moves up when an agent ends a call or one ahead hangs up, hangs up itself,
    or is reached by an agent from the first place.
    """

    agents: int
    load: float
    aht_s: float
    patience_s: float

    def states(self) -> np.ndarray:
        """Return the share of time with 0, 1, 2 .. callers in service or waiting."""
        most = int(self.agents + self.load + 20 * self.load**0.5 + 60)
        up = np.full(most, self.load / self.aht_s)
        k = np.arange(1, most + 1)
        down = np.minimum(k, self.agents) / self.aht_s + np.maximum(k - self.agents, 0) / self.patience_s
        logs = np.concatenate([[0.0], np.cumsum(np.log(up) - np.log(down))])
        weights = np.exp(logs - logs.max())
        return weights / weights.sum()

    def fate(self, patience_s: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the chances of a call to have k ahead on arrival, and the rates of its moves.

        The last two states are: answered, hung up.
        """
        start = self.states()[self.agents :]
        start = start[start > 1e-17]
        places = len(start)
        rates = np.zeros((places + 2, places + 2))
        for k in range(places):
            rates[k, k - 1 if k else places] = self.agents / self.aht_s + k / self.patience_s
            rates[k, places + 1] = 1 / patience_s
            rates[k, k] = -rates[k].sum()
        return np.concatenate([start, [0.0, 0.0]]), rates

    def after(self, t_s: float, patience_s: float) -> tuple[float, float]:
        """Return the chances that a call of this patience is answered within t, and hangs up within t."""
        start, rates = self.fate(patience_s)
        answered, gone = (start @ expm(rates * t_s))[-2:]
        return 1 - start.sum() + answered, gone

    def abandoned_and_asa_s(self) -> tuple[float, float]:
        """Return the share that hangs up in the end, and the mean wait of the answered."""
        start, rates = self.fate(self.patience_s)
        inner = -rates[:-2, :-2]
        visits = np.linalg.solve(inner.T, start[:-2])
        abandoned = visits @ rates[:-2, -1]
        waited = np.linalg.solve(inner.T, visits) @ rates[:-2, -2]
        return abandoned, waited / (1 - abandoned)


CHAINS = [
    Chain(1, 0.5, 300, 60),
    Chain(3, 5, 180, 30),
    Chain(14, 10, 180, 120),
    Chain(10, 14, 240, 600),
    Chain(50, 48, 60, 120),
    Chain(12, 11.5, 300, 5),
    Chain(40, 44, 300, 3600),
]


@pytest.mark.parametrize("chain", CHAINS, ids=str)
def test_impatient_callers_by_a_chain_of_states(chain: Chain) -> None:
    arguments = (chain.agents, chain.load, chain.aht_s)
    states = chain.states()
    abandoned, asa = chain.abandoned_and_asa_s()
    busy = (states * np.minimum(np.arange(len(states)), chain.agents)).sum()
    waiting = (states * np.maximum(np.arange(len(states)) - chain.agents, 0)).sum()
    result = performance(*arguments, 20, patience_s=chain.patience_s)
    assert result.p_wait == pytest.approx(states[chain.agents :].sum(), abs=1e-11)
    assert result.abandoned == pytest.approx(abandoned, abs=1e-11)
    assert result.asa_s == pytest.approx(asa, rel=1e-9)
    assert result.occupancy == pytest.approx(busy / chain.agents, abs=1e-11)
    assert result.queue_length == pytest.approx(waiting, rel=1e-9)


@pytest.mark.parametrize("chain", CHAINS, ids=str)
@pytest.mark.parametrize("within_s", [0, 3, 20, 200])
def test_every_convention_by_following_a_call(chain: Chain, within_s: float) -> None:
    answered, gone = chain.after(within_s, chain.patience_s)
    _, short = chain.after(5, chain.patience_s)
    virtual, _ = chain.after(within_s, np.inf)
    abandoned, _ = chain.abandoned_and_asa_s()
    expected = {
        "offered": answered,
        "answered": answered / (1 - abandoned),
        "abandon_positive": answered + gone,
        "abandon_ignored": answered / (1 - gone),
        "short_positive": answered + short,
        "net_offered": answered / (1 - short),
        "virtual": virtual,
    }
    assert set(expected) == set(CONVENTIONS)
    for convention, share in expected.items():
        level = service_level(
            chain.agents,
            chain.load,
            chain.aht_s,
            within_s,
            patience_s=chain.patience_s,
            convention=convention,
        )
        assert level == pytest.approx(share, abs=1e-10), convention


@pytest.mark.parametrize("agents", [0.4, 2.5, 9.75, 30.2])
@pytest.mark.parametrize("patience_s", [5.0, 120.0, 5000.0])
def test_fractional_agents_by_the_density_of_the_wait(agents: float, patience_s: float) -> None:
    """The offered wait has a share at 0 and a density beyond; all measures are its integrals."""
    load, aht_s, within_s = 8.0, 200.0, 15.0
    theta = 1 / patience_s

    def density(t: float) -> float:
        return np.exp(-agents / aht_s * t + load / aht_s * patience_s * -np.expm1(-theta * t))

    def integral(weight: str, until: float) -> float:
        by = {
            "all": lambda _: 1.0,
            "answered": lambda t: np.exp(-theta * t),
            "waited": lambda t: t * np.exp(-theta * t),
        }
        points = [x for x in (10.0, 100.0, 1e3, 1e4) if x < until]
        return quad(lambda t: density(t) * by[weight](t), 0, until, points=points, limit=1000, epsabs=0)[0]

    # B / (1 - B) callers meet a full house for one that does not: the share at 0 in the density's measure.
    blocked = 1 / quad(lambda s: np.exp(-s + agents * np.log1p(s / load)), 0, 700, limit=500, epsabs=0)[0]
    at_once = (1 - blocked) / blocked * aht_s / agents
    ever = 60 * max(aht_s / agents, patience_s) + 20 * patience_s
    whole = at_once + integral("all", ever)
    answered = at_once + integral("answered", ever)
    result = performance(agents, load, aht_s, within_s, patience_s=patience_s)
    assert result.p_wait == pytest.approx(1 - at_once / whole, abs=1e-8)
    assert result.abandoned == pytest.approx(1 - answered / whole, abs=1e-8)
    assert result.service_level == pytest.approx((at_once + integral("answered", within_s)) / whole, abs=1e-8)
    assert result.asa_s == pytest.approx(integral("waited", ever) / answered, rel=1e-7)


@pytest.mark.parametrize("patience_s", [np.inf, 3600.0, 90.0])
@pytest.mark.parametrize(("agents", "load"), [(2, 1.5), (14, 10), (60, 57)])
def test_littles_law(agents: int, load: float, patience_s: float) -> None:
    """Calls waiting = calls a second × mean wait; the mean wait is the integral of its tail."""
    aht_s = 240.0

    def still_waiting(t: float) -> float:
        return 1 - service_level(agents, load, aht_s, t, patience_s=patience_s, convention="abandon_positive")

    mean_wait, _ = quad(still_waiting, 0, 2e4, points=[100, 1000], limit=500, epsabs=1e-9)
    result = performance(agents, load, aht_s, 20, patience_s=patience_s)
    assert result.queue_length == pytest.approx(load / aht_s * mean_wait, rel=1e-7)


# Worked out with 34 digits by quadrature of the density. Incomplete gamma functions in doubles were
# off by up to a twentieth in the first: a long patience, a load just below the agents.
HARD = [
    # agents, load, patience: chance to wait, abandoned, answered within 20 s, ASA; AHT 300 s
    (100100, 100000, 1e5, 0.6518055706375723, 1.852574941448026e-5, 0.9996237124626055, 1.852557866980474),
    (10010, 10000, 1e6, 0.8776202065159779, 2.494389854799167e-5, 0.5607316325151275, 24.94382874589379),
    (1001, 1000, 1e8, 0.9611471569052433, 2.866386281051908e-6, 0.1010248409544264, 286.6385973900817),
    (1005, 1000, 1e6, 0.8154869843798265, 4.781706569851763e-5, 0.4183390742730768, 47.81657877700374),
    (100100, 100000, 1e9, 0.6581381304905054, 1.97440253923976e-9, 0.9991625017999316, 1.974402537214871),
    (99900, 100000, 60, 0.3893371327603109, 0.002339936956721298, 0.9976600630432787, 0.1400707275205663),
    (100000, 100000, 1e9, 0.9994530372294317, 1.381220071864885e-6, 0.00975489186982019, 1381.220480455471),
    (1000, 1000, 1e9, 0.9994571361584854, 1.381220010013565e-5, 0.001463676967690379, 13812.24095969181),
    (12, 10, 1e9, 0.4493880387198176, 6.740809458487441e-8, 0.6067076200180042, 67.40808901753533),
    (10, 12, 1e9, 1.0, 0.1666666666666667, 0.0, 182321541.7939547),
    (10, 1000, 5, 0.999999998995602, 0.9900000000010135, 0.008029272247902489, 15.72769114018607),
    (1, 100, 1, 0.9928784409505007, 0.990071215590495, 0.009928784403138066, 0.3056801929609728),
    (100, 1, 300, 3.981280818956854e-159, 3.980492831933427e-161, 1.0, 1.182209892258123e-158),
    (1000, 100000, 1, 1.0, 0.99, 0.01, 4.462605341763405),
    (
        1,
        1e-06,
        10000.0,
        9.999999708737605e-7,
        2.912623942116092e-8,
        0.9999990644292476,
        0.0002827790241925304,
    ),
]


@pytest.mark.parametrize(("agents", "load", "patience_s", "p_wait", "abandoned", "in_time", "asa"), HARD)
def test_corners_where_doubles_run_out(
    agents: float, load: float, patience_s: float, p_wait: float, abandoned: float, in_time: float, asa: float
) -> None:
    result = performance(agents, load, 300, 20, patience_s=patience_s)
    assert result.p_wait == pytest.approx(p_wait, rel=1e-11)
    assert result.abandoned == pytest.approx(abandoned, rel=1e-11)
    assert result.service_level == pytest.approx(in_time, rel=0, abs=1e-11)
    assert result.asa_s == pytest.approx(asa, rel=1e-11)
    assert result.queue_length == pytest.approx(load / 300 * patience_s * abandoned, rel=1e-11)
    assert result.occupancy == pytest.approx(min(load * (1 - abandoned) / agents, 1.0), abs=1e-10)
