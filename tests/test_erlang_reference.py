"""Every row of the reference values: computed with 60 digits by other means, and as others printed them.

`erlang_published.csv` holds printed values beside the recomputed one; five of them are wrong in their source.
"""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from scipy.optimize import brentq

from erlang import Target, erlang_b, erlang_c, performance, required_agents, rostered, service_level
from erlang import asa_s as mean_wait_s

DATA = Path(__file__).parent / "data"
Row = dict[str, str]

# The names of the conventions in the reference values, and ours.
CONVENTION = {
    "sl_offered": "offered",
    "sl_short_abandons_good": "abandon_positive",
    "sl_short_abandons_excluded": "abandon_ignored",
    "sl_of_answered": "answered",
    "sl_virtual": "virtual",
}


def rows(name: str) -> list[Row]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def each_row(name: str, n_rows: int) -> Callable:
    """Run a test once for every row of a file, and fail to load if rows got lost."""
    table = rows(name)
    assert len(table) == n_rows
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.get("id")) for row in table])


def numbers(row: Row, *names: str) -> list[float]:
    return [float(row[name]) for name in names]


@each_row("erlang_b", 42)
def test_erlang_b(row: Row) -> None:
    n, a, blocking = numbers(row, "n", "a", "blocking")
    assert erlang_b(n, a) == pytest.approx(blocking, rel=1e-10, abs=0)


@each_row("erlang_c", 55)
def test_erlang_c(row: Row) -> None:
    n, a, aht_s, within_s, p_wait = numbers(row, "n", "a", "aht_s", "T_s", "p_wait")
    result = performance(n, a, aht_s, within_s)
    # So near to the load the last digit of a double decides.
    rel = 1e-8 if 0 < abs(n - a) < 1.5e-6 else 1e-10
    assert erlang_c(n, a) == result.p_wait == pytest.approx(p_wait, rel=rel, abs=0)
    assert result.asa_s == pytest.approx(float(row["asa_s"]), rel=rel, abs=0)
    assert result.queue_length == pytest.approx(float(row["lq"]), rel=rel, abs=0)
    assert result.occupancy == pytest.approx(float(row["occupancy"]), rel=rel, abs=0)
    assert result.service_level == pytest.approx(float(row["sl"]), rel=0, abs=1e-10)
    assert result.abandoned == 0
    if row["asa_delayed_s"] and p_wait > 1e-300:
        assert result.asa_s / result.p_wait == pytest.approx(float(row["asa_delayed_s"]), rel=rel)


@each_row("erlang_a", 39)
def test_erlang_a(row: Row) -> None:
    n, a, aht_s, patience_s, within_s = numbers(row, "n", "a", "aht_s", "patience_s", "T_s")
    result = performance(n, a, aht_s, within_s, patience_s=patience_s)
    assert result.p_wait == pytest.approx(float(row["p_wait"]), rel=0, abs=1e-10)
    assert result.abandoned == pytest.approx(float(row["p_abandon"]), rel=0, abs=1e-10)
    assert result.occupancy == pytest.approx(float(row["occupancy"]), rel=0, abs=1e-10)
    assert result.asa_s == pytest.approx(float(row["asa_answered_s"]), rel=1e-10)
    assert result.queue_length == pytest.approx(float(row["lq"]), rel=1e-10)
    # Little's law: the mean time in queue over all calls.
    assert result.queue_length * aht_s / a == pytest.approx(float(row["wait_all_s"]), rel=1e-10)
    for column, convention in CONVENTION.items():
        level = service_level(n, a, aht_s, within_s, patience_s=patience_s, convention=convention)
        assert level == pytest.approx(float(row[column]), rel=0, abs=1e-10), convention


@each_row("erlang_staffing_c", 62)
def test_smallest_teams_of_erlang_c(row: Row) -> None:
    names = {
        "service_level": "sl_target",
        "asa_s": "asa_max_s",
        "occupancy": "occ_max",
        "p_wait": "pwait_max",
        "within_s": "T_s",
    }
    goals = {ours: float(row[theirs]) for ours, theirs in names.items() if row[theirs]}
    a, aht_s, agents = numbers(row, "a", "aht_s", "agents")
    assert required_agents(a, aht_s, Target(**goals)) == agents
    for suffix, n in (("at_n", agents), ("at_n_minus_1", agents - 1)):
        if row[f"sl_{suffix}"]:
            level = service_level(n, a, aht_s, goals["within_s"])
            assert level == pytest.approx(float(row[f"sl_{suffix}"]), rel=0, abs=1e-10)
        if row[f"asa_{suffix}"]:
            assert mean_wait_s(n, a, aht_s) == pytest.approx(float(row[f"asa_{suffix}"]), rel=1e-10, abs=0)


@each_row("erlang_staffing_a", 25)
def test_smallest_teams_of_erlang_a(row: Row) -> None:
    a, aht_s, patience_s, within_s, agents = numbers(row, "a", "aht_s", "patience_s", "T_s", "agents")
    if row["pab_max"]:
        target = Target(abandoned=float(row["pab_max"]))
    else:
        target = Target(float(row["sl_target"]), within_s, convention=CONVENTION[row["convention"]])
    assert required_agents(a, aht_s, target, patience_s=patience_s) == agents
    for column, n in (("value_at_n", agents), ("value_at_n_minus_1", agents - 1)):
        result = performance(n, a, aht_s, within_s, patience_s=patience_s, convention=target.convention)
        value = result.abandoned if row["pab_max"] else result.service_level
        assert value == pytest.approx(float(row[column]), rel=0, abs=1e-10)


@each_row("erlang_shrinkage", 12)
def test_shrinkage_divides_and_the_ceiling_is_exact(row: Row) -> None:
    agents, shrinkage = numbers(row, "agents", "shrinkage")
    assert rostered(agents, shrinkage) == int(row["scheduled_ceil"])


def load_for(n: float, blocked: float) -> float:
    """Return the load that n lines carry at a share blocked."""
    return brentq(lambda load: erlang_b(n, load) - blocked, 1e-6, 10 * n, xtol=1e-12)


def wait_of(share: float, n: float, load: float, aht_s: float) -> float:
    """Return the wait that this share of calls does not exceed."""
    return brentq(lambda t_s: service_level(n, load, aht_s, t_s) - share, 0, 1e5, xtol=1e-12)


README_C = performance(agents=14, load=10, aht_s=180, within_s=20)
TOOLS = performance(agents=40, load=1000 * 120 / 3600, aht_s=120, within_s=20)
# An AHT of 3 minutes, a patience of 5.
README_A = performance(agents=13, load=10, aht_s=180, within_s=20, patience_s=300)
GMR_C = performance(agents=50, load=48, aht_s=60, within_s=20)
GMR_A = performance(agents=50, load=48, aht_s=60, within_s=20, patience_s=120)
FORUM = {"agents": 60, "load": 428 * 258 / 1800, "aht_s": 258, "within_s": 20}

# (source, case, quantity), each as the beginning of what the file says, and the call that answers it.
CALLS: dict[tuple[str, str, str], Callable[..., float]] = {
    ("Tijms", r"R=(\S+) alpha=(\S+)", "c*"): lambda load, p: required_agents(load, 60, Target(p_wait=p)),
    ("Standard Erlang B", r"n=(\S+) B=(\S+)", "offered load"): load_for,
    ("Carrier Grade", r"n=(\S+) B=(\S+)", "offered load"): load_for,
    ("CRAN", "100 calls/30min", "pw"): lambda: README_C.p_wait,
    ("CRAN", "100 calls/30min", "sl"): lambda: README_C.service_level,
    ("CRAN", "100 calls/30min", "asa"): lambda: README_C.asa_s,
    ("CRAN", "100 calls/30min", "occ"): lambda: README_C.occupancy,
    ("call-center-tools README", "1000 calls/h", "pw"): lambda: TOOLS.p_wait,
    ("call-center-tools README", "1000 calls/h", "sl"): lambda: TOOLS.service_level,
    ("call-center-tools README", "1000 calls/h", "asa"): lambda: TOOLS.asa_s,
    ("call-center-tools README", "1000 calls/h", "occ"): lambda: TOOLS.occupancy,
    ("pyworkforce", "100/30min", "served_in_T"): lambda: README_A.service_level,
    ("pyworkforce", "100/30min", "pab"): lambda: README_A.abandoned,
    ("pyworkforce", "100/30min", "pw"): lambda: README_A.p_wait,
    ("pyworkforce", "same", "mean wait all calls, minutes"): lambda: README_A.queue_length * 180 / 10 / 60,
    ("Garnett", "50 agents", "P(abandon)"): lambda: GMR_A.abandoned,
    ("Garnett", "same", "M/M/N mean wait"): lambda: GMR_C.asa_s,
    ("Garnett", "same", "M/M/N+M mean wait"): lambda: GMR_A.queue_length * 60 / 48,
    ("Garnett", "same", "M/M/N queue"): lambda: GMR_C.queue_length,
    ("Garnett", "same", "M/M/N+M queue"): lambda: GMR_A.queue_length,
    ("Garnett", "same", "M/M/N utilisation"): lambda: GMR_C.occupancy,
    ("Garnett", "same", "M/M/N+M utilisation"): lambda: GMR_A.occupancy,
    ("Garnett", "same", "M/M/N 90th pct wait"): lambda: wait_of(0.9, 50, 48, 60),
    ("callcentrehelper", "428 calls", "Erlang C SL"): lambda: service_level(**FORUM),
    ("callcentrehelper", "same, Erlang A", "SL offered"): lambda: service_level(**FORUM, patience_s=180),
    ("pyqueueing", "n=12 a=10", "blocking"): lambda: erlang_b(12, 10),
    ("call-center-tools docstring", "n=132 a=123", "P(wait)"): lambda: erlang_c(132, 123),
}


def answer(row: Row) -> float:
    """Return what the room says to a published case."""
    for (source, case, quantity), call in CALLS.items():
        found = re.match(case, row["case"])
        if found and row["source"].startswith(source) and row["quantity"].startswith(quantity):
            return float(call(*(float(group) for group in found.groups())))
    raise LookupError(row)


@each_row("erlang_published", 64)
def test_published_values(row: Row) -> None:
    ours, published, tolerance = answer(row), float(row["published"]), float(row["tolerance"])
    assert ours == pytest.approx(float(row["computed"]), rel=1e-10, abs=1e-12)
    assert (abs(ours - published) <= tolerance) == (row["agrees"] == "True")


def test_five_published_values_are_wrong_in_their_source() -> None:
    wrong = {
        (row["source"].split()[0], row["quantity"])
        for row in rows("erlang_published")
        if row["agrees"] == "False"
    }
    assert wrong == {
        ("pyworkforce", "served_in_T"),
        ("pyworkforce", "pab"),
        ("pyworkforce", "pw"),
        ("pyworkforce", "mean wait all calls, minutes"),
        ("pyqueueing", "blocking"),
    }
