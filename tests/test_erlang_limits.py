"""The limits of large teams: reference values, the exact formulas that tend to them, and the far tails."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from callplan.errors import Refused
from erlang import performance
from erlang.queues.limits import garnett, halfin_whitt, square_root_staffing

checked = settings(max_examples=100, deadline=None, derandomize=True)
betas = st.floats(-30, 30)
ratios = st.floats(1e-4, 1e4)

DATA = Path(__file__).parent / "data" / "erlang_halfin_whitt.csv"
with DATA.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


@pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in ROWS])
def test_every_row_of_the_reference_values(row: dict[str, str]) -> None:
    beta, p_wait = float(row["beta"]), float(row["p_wait_limit"])
    if row["model"] == "M/M/n":
        assert halfin_whitt(beta) == pytest.approx(p_wait, rel=1e-12, abs=0)
    else:
        expected = p_wait, float(row["sqrtn_p_abandon_limit"])
        assert garnett(beta, float(row["theta_over_mu"])) == pytest.approx(expected, rel=1e-12, abs=0)


def test_no_row_got_lost() -> None:
    assert len(ROWS) == 19


@pytest.mark.parametrize("beta", [0.1, 0.5, 2.0])
def test_erlang_c_tends_to_halfin_whitt(beta: float) -> None:
    loads = np.array([1e2, 1e4, 1e6, 1e8])
    exact = performance(square_root_staffing(loads, beta), loads, 300, 20).p_wait
    gap = np.abs(exact / halfin_whitt(beta) - 1)
    # The error falls as 1/√load: by ten for each hundredfold load.
    assert gap[:-1] / gap[1:] == pytest.approx([10, 10, 10], rel=0.2)
    assert gap[-1] < 5e-4


@pytest.mark.parametrize("beta", [-1.5, 0.0, 0.5, 2.0])
@pytest.mark.parametrize("ratio", [0.1, 1.0, 5.0])
def test_erlang_a_tends_to_garnett(beta: float, ratio: float) -> None:
    loads = np.array([1e4, 1e8])
    agents = square_root_staffing(loads, beta)
    exact = performance(agents, loads, 300, 20, patience_s=300 / ratio)
    p_wait, lost = garnett(beta, ratio)
    for measure, limit in ((exact.p_wait, p_wait), (np.sqrt(agents) * exact.abandoned, lost)):
        near, far = np.abs(measure / limit - 1)[::-1]
        assert near < 2e-3
        # An error that falls as 1/√load, unless it is nearly none at once.
        assert near < far / 50 or far < 1e-4


def log_area(curvature: float, slope: float, power: int) -> float:
    """Logarithm of the integral of z^power exp(-curvature z²/2 - slope z) over z >= 0."""
    top = max(0.0, -slope / curvature)
    width = 12 / math.sqrt(curvature)

    def hill(z: float) -> float:
        return z**power * math.exp(-curvature * (z - top) * ((z + top) / 2 + slope / curvature))

    area = quad(hill, max(0.0, top - width), top)[0] + quad(hill, top, top + width)[0]
    return math.log(area) - curvature * top * top / 2 - slope * top


@pytest.mark.parametrize(("beta", "ratio"), [(-30, 0.2), (-3, 1), (0, 4), (1.5, 0.3), (6, 2), (30, 25)])
def test_garnett_is_the_diffusion_behind_it(beta: float, ratio: float) -> None:
    """The scaled number in the system is normal below 0, and normal of another width above."""
    waiting, free = log_area(ratio, beta, 0), log_area(1, -beta, 0)
    p_wait = 1 / (1 + math.exp(free - waiting))
    lost = p_wait * ratio * math.exp(log_area(ratio, beta, 1) - waiting)
    assert garnett(beta, ratio) == pytest.approx((p_wait, lost), rel=1e-9, abs=0)


@checked
@given(beta=betas, ratio=ratios, more=st.floats(0.001, 5))
def test_more_spare_agents_serve_better(beta: float, ratio: float, more: float) -> None:
    for few, many in zip(garnett(beta, ratio), garnett(beta + more, ratio), strict=True):
        assert 0 < many <= few * (1 + 1e-12)
    assert 0 < halfin_whitt(beta + more) <= halfin_whitt(beta) <= 1


@checked
@given(beta=st.floats(0.01, 30))
def test_long_patience_is_endless_patience(beta: float) -> None:
    p_wait, lost = garnett(beta, 1e-12)
    assert p_wait == pytest.approx(halfin_whitt(beta), rel=1e-5)
    assert lost < 1e-6


@checked
@given(beta=st.floats(-30, 30))
def test_patience_as_long_as_the_handle_time_has_a_normal_system(beta: float) -> None:
    """At equal rates the number in the system is Poisson: normal in the limit, however many agents."""
    p_wait, _ = garnett(beta, 1.0)
    assert p_wait == pytest.approx(math.erfc(beta / math.sqrt(2)) / 2, rel=1e-10, abs=0)


def test_the_far_tails_are_held_in_relative_terms() -> None:
    far = np.array([25.0, 30.0])
    density = np.exp(-far * far / 2) / math.sqrt(2 * math.pi)
    assert halfin_whitt(far) == pytest.approx(density / far, rel=1e-9, abs=0)
    p_wait, lost = garnett(-far, 0.5)
    assert p_wait == pytest.approx([1, 1], rel=1e-15)
    # In overload all that exceeds the agents is lost: -β √n of them.
    assert lost == pytest.approx(far, rel=1e-12)
    # Far out the hazard is above its argument x by 1/x - 2/x³ + ..., of which a difference keeps few digits.
    p_wait, lost = garnett(30, 1e-4)
    assert lost / p_wait / 0.01 == pytest.approx(1 / 3000 - 2 / 3000**3, rel=1e-12, abs=0)


def test_edges() -> None:
    assert halfin_whitt([-3, 0]).tolist() == [1, 1]
    assert halfin_whitt(1e-12) == pytest.approx(1, abs=1e-11)
    assert np.isnan(halfin_whitt([np.nan, 1])).tolist() == [True, False]
    assert np.isnan(garnett([np.nan, 1], 1)).tolist() == [[True, False]] * 2
    assert garnett([0.0, 1.0], [[1.0], [2.0]])[0].shape == (2, 2)
    assert square_root_staffing([0, 4, 100], [[1], [-3]]).tolist() == [[0, 6, 110], [0, 0, 70]]


def test_what_is_no_number_is_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"^beta: found 'half'; "):
        halfin_whitt("half")
    with pytest.raises(Refused, match=r"^beta: found None; "):
        square_root_staffing(100, None)
    with pytest.raises(Refused, match=r"^beta: found inf; "):
        halfin_whitt(-math.inf)
    with pytest.raises(Refused, match=r"^load: found -1; "):
        square_root_staffing(-1, 0.5)
    with pytest.raises(Refused, match=r"^theta_over_mu: found 0; "):
        garnett(1, 0)
    with pytest.raises(Refused, match=r"^theta_over_mu: found -2; "):
        garnett(1, -2)
    with pytest.raises(Refused, match=r"^arguments: shapes beta \(2,\), theta_over_mu \(3,\)"):
        garnett([1, 2], [1, 2, 3])
