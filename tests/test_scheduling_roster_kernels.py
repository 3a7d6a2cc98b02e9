"""The compiled search for rosters, beside plain retellings and brute force."""

import hashlib
from itertools import pairwise, product
from pathlib import Path

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.roster import cover, search
from scheduling.roster.doors import place
from scheduling.roster.polish import polish
from scheduling.roster.problem import (
    COVER,
    DAY,
    FREE,
    HARD,
    LIMIT,
    MENU,
    NEVER,
    NIGHT,
    OFF,
    PERSON,
    QUEUE,
    RULES,
    SHIFT,
    WEEK,
    Demand,
    Problem,
    blank,
    copied,
)  # fmt: skip

SLOTS = 8  # of a day: three hours each
MODULES = ("cover", "choices", "patterns", "problem", "strain", "week")


def _shifts(days, lengths, starts, breaks):
    """Return each day's shifts: of each length one at each start, overnight too, but for the last day."""
    table, offered = [], np.zeros((1, days, 2), np.int64)
    for d in range(days):
        offered[0, d, 0] = len(table)
        for start, length in product(starts, lengths):
            first = d * SLOTS + start
            if first + length > days * SLOTS:
                continue
            shift = np.zeros((), SHIFT)
            shift["first"], shift["last"], shift["clock"] = first, first + length, start * 180
            shift["bin"], shift["paid_h"], shift["cost"] = starts.index(start), length, 0.3 * length
            shift["part"] = min(2, start // 2)
            shift["kind"] = NIGHT if start + length > SLOTS else shift["part"]
            shift["late_end"] = start + length >= 7
            if breaks and length > 2:
                shift["breaks"] = 1
                shift["earliest"][0], shift["latest"][0], shift["length"][0] = (
                    first + 1,
                    first + length - 2,
                    1,
                )
            table.append(shift)
        offered[0, d, 1] = len(table)
    return np.array(table), offered


def tiny(
    rng, *, people=2, days=7, queues=1, lengths=(3,), starts=(1, 2, 3), breaks=True, first_week=None, **rules
):
    """Return a small random problem: everything open, everyone of one menu."""
    table, offered = _shifts(days, lengths, list(starts), breaks)
    borders = list(range(first_week or WEEK, days, WEEK))
    week_first = np.array([0, *borders, days])
    weeks = len(week_first) - 1
    # Who may serve all queues, and who one alone.
    sets = [[True] * queues]
    if queues > 1:
        sets += [[q == own for q in range(queues)] for own in range(queues)]
    queue, price, rule = np.zeros(queues, QUEUE), np.zeros(1, COVER), np.zeros(1, RULES)
    queue["under"], queue["over"] = rng.integers(3, 9, queues), rng.integers(0, 3, queues)
    price["floor"] = 20.0
    for name in RULES.names:
        rule[name] = (
            -1 if name.endswith("_most") or name == "off_least" else 0.0 if name in ("wish", "fair") else HARD
        )
    rule["change"], rule["banned"] = 0.0, 0
    for name, value in rules.items():
        rule[name] = value
    person = np.zeros(people, PERSON)
    person["prefers"], person["run_most"], person["past_end"], person["past_kind"] = -1, 6, NEVER, OFF
    person["past_clocks"], person["rest"] = -1, 4
    person["skills"] = rng.integers(0, len(sets), people)
    day, limit = np.zeros((people, days), DAY), np.zeros((people, weeks), LIMIT)
    day["last"], day["lock"], day["was"] = days * SLOTS, FREE, FREE
    limit["days_most"], limit["hours_most"] = 4, 1e9
    menu = np.zeros(1, MENU)
    ends = max(start + length for start, length in product(starts, lengths))
    menu["tight"] = SLOTS + min(starts) - ends < 4 or bool(rule["banned"].any())
    menu["varied"] = len(lengths) > 1
    menu["paid_h"] = lengths[0] if len(lengths) == 1 else 0
    need = rng.integers(0, people + 1, (queues, days * SLOTS)).astype(float)
    floor = (rng.random(need.shape) < 0.1) * 1.0
    return Problem(
        Demand(need, floor, np.array(sets), queue, price),
        np.arange(days + 1) * SLOTS, week_first, np.arange(days) % 7 >= 5, np.array(starts) * 180,
        table, offered, menu, person, day, limit, np.zeros((people, 3)), rule,
    )  # fmt: skip


def _pay_queue(p, q, t, heads, state):
    """Return what a queue costs; smoothed, the least over all ways to let a part of what is missing bend."""
    queue, price, missing = p.demand.queue[q], p.demand.price[0], p.demand.need[q, t] - heads
    dual, bent = state.dual[q, t], [0.0]
    bend = (queue["under"] + queue["over"]) / price["smooth"] if price["smooth"] else 0.0
    if bend:
        bent = [missing, (queue["under"] - dual) / bend, (-queue["over"] - dual) / bend]
    priced = min(
        max(missing - x, 0) * queue["under"]
        + max(x - missing, 0) * queue["over"]
        + dual * x * (x != 0)
        + bend * x * x / 2
        for x in bent
    )
    below = max(0.0, p.demand.floor[q, t] - heads)
    return priced + queue["square"] * missing**2 + price["floor"] * below


def _cheapest_split(p, present, t, state):
    """Return the least cost of a slot with so many heads of each set of skills, by trying all splits."""
    queues = len(p.demand.need)
    ways = []
    for s, count in enumerate(present):
        splits = [way for way in product(range(count + 1), repeat=queues) if sum(way) == count]
        ways.append([way for way in splits if all(p.demand.can[s, q] or not way[q] for q in range(queues))])
    return min(
        sum(_pay_queue(p, q, t, heads, state) for q, heads in enumerate(np.sum(choice, axis=0)))
        for choice in product(*ways)
    )


def _present(p, state):
    """Return who is at work by the rows: heads of each set of skills in each slot."""
    present = np.zeros((len(p.demand.can), p.demand.need.shape[1]), int)
    for i, row in enumerate(state.rows):
        for d, number in enumerate(row):
            if number >= 0:
                shift = p.shift[number]
                present[p.person["skills"][i], shift["first"] : shift["last"]] += 1
                for k in range(shift["breaks"]):
                    begin = state.begins[i, d, k]
                    assert shift["earliest"][k] <= begin <= shift["latest"][k]
                    present[p.person["skills"][i], begin : begin + shift["length"][k]] -= 1
    return present


def _plain_cost(p, state):
    present = _present(p, state)
    cost = sum(_cheapest_split(p, present[:, t], t, state) for t in range(present.shape[1]))
    for i, row in enumerate(state.rows):
        cost += plain_strain(p, i, row) + sum(p.shift["cost"][number] for number in row if number >= 0)
    return cost


def plain_strain(p, i, row):
    """Return the strain of a row as `problem` says what it holds, rule by rule over plain lists."""
    me, rules, weeks = p.person[i], p.rules[0], len(p.week_first) - 1
    shifts = [p.shift[number] if number >= 0 else None for number in row]
    busy = [shift is not None or bool(p.day[i, d]["trained"]) for d, shift in enumerate(shifts)]
    cost = 0.0
    history = [True] * me["past_run"] + busy
    if me["past_run"] == 0:
        history = [False, *busy]
    for d in range(len(row)):
        run = 0
        for was_busy in reversed(history[: len(history) - len(row) + d + 1]):
            if not was_busy:
                break
            run += 1
        cost += rules["days_in_a_row"] * (run > me["run_most"])
    worked = [(me["past_end"], None), *((shift["last"], shift) for shift in shifts if shift is not None)]
    for (end, _), (_, after) in pairwise(worked):
        cost += rules["rest"] * (after["first"] - end < me["rest"])
    kinds = [me["past_kind"], *(-1 if shift is None else shift["kind"] for shift in shifts)]
    for one, other in pairwise(kinds):
        cost += rules["forbidden"] * (one >= 0 and other >= 0 and bool(rules["banned"][one, other]))
    nights = [3] * me["past_nights"] + kinds[1:]
    for d in range(len(row)):
        tail = nights[: len(nights) - len(row) + d + 1]
        run = next((k for k, kind in enumerate(reversed(tail)) if kind != NIGHT), len(tail))
        cost += rules["nights_in_a_row"] * (0 <= rules["nights_most"] < run)
    for d, number in enumerate(row):
        cost += rules["fixed"] * (p.day[i, d]["lock"] not in (FREE, number))
        cost += rules["change"] * (p.day[i, d]["was"] not in (FREE, number))
    hours, weekends = [], []
    for w in range(weeks):
        span = range(p.week_first[w], p.week_first[w + 1])
        limit = p.limit[i, w]
        days = sum(busy[d] for d in span)
        paid = sum(shifts[d]["paid_h"] if shifts[d] is not None else me["training_h"] * busy[d] for d in span)
        cost += rules["days_per_week"] * max(0, days - limit["days_most"])
        cost += rules["days_per_week_min"] * max(0, limit["days_least"] - days)
        cost += rules["hours_per_week"] * max(0, paid - limit["hours_most"])
        cost += rules["hours_per_week_min"] * max(0, limit["hours_least"] - paid)
        rests = "".join("x" if busy[d] else "." for d in span).split("x")
        cost += rules["days_off_joined"] * (len(span) == WEEK and max(map(len, rests)) < rules["off_least"])
        clocks = [shifts[d]["clock"] for d in span if shifts[d] is not None]
        clocks += [clock for clock in me["past_clocks"] if clock >= 0] if w == 0 else []
        near = any(all((b - a) % 1440 <= rules["starts_most"] for b in clocks) for a in clocks) or not clocks
        cost += rules["starts_within"] * (rules["starts_most"] >= 0 and not near)
        hours.append(paid)
        weekends.append(any(shifts[d] is not None and p.weekend[d] for d in span))
    here = sum(weekends)
    hours[0] += me["past_hours_now"]
    weekends[0] = weekends[0] or bool(me["past_weekend_now"])
    weekends, hours = [*me["past_weekends"], *weekends], [*p.past_hours[i], *hours]
    for w in range(weeks):
        if rules["weekends_most"] >= 0:
            cost += rules["weekends_in_four"] * max(0, sum(weekends[w : w + 4]) - rules["weekends_most"])
        if rules["period_most"] >= 0:
            cost += rules["hours_per_period"] * max(0, sum(hours[w : w + 4]) - rules["period_most"])
    own = [(d, shift) for d, shift in enumerate(shifts) if shift is not None]
    missed = sum(bool(p.day[i, d]["wish_off"]) for d, _ in own)
    missed += sum(me["prefers"] >= 0 and me["prefers"] != shift["part"] for _, shift in own)
    burdens = (
        sum(shift["kind"] == NIGHT for _, shift in own),
        sum(bool(shift["late_end"]) for _, shift in own),
        here,
        missed,
    )
    return cost + rules["wish"] * missed + rules["fair"] * sum(int(n) ** 2 for n in burdens)


def _all_weeks(p, i, w):
    """Return every week that a person could work by hours available and fixed shifts."""
    choices = []
    for d in range(p.week_first[w], p.week_first[w + 1]):
        day = p.day[i, d]
        own = [
            n for n in range(*p.offered[0, d])
            if p.shift["first"][n] >= day["first"] and p.shift["last"][n] <= day["last"]
        ]  # fmt: skip
        choices.append(
            [OFF, *own] if day["lock"] == FREE else [OFF, day["lock"]] if day["lock"] >= 0 else [OFF]
        )
    return product(*choices)


def _worth(gain, shift):
    """Return what a head on a shift saves, its break where a head is worth least."""
    least = 0.0
    if shift["breaks"]:
        least = min(gain[shift["earliest"][0] : shift["latest"][0] + 1])
    return sum(gain[shift["first"] : shift["last"]]) - least - shift["cost"]


def _best_by_hand(p, state, i, w):
    """Return the most that any week can save against a week off."""
    gain = state.gain[p.person["skills"][i]]
    worth = [_worth(gain, shift) for shift in p.shift]
    row = state.rows[i].copy()
    idle, best = plain_strain(p, i, row), -np.inf
    for week in _all_weeks(p, i, w):
        row[p.week_first[w] : p.week_first[w + 1]] = week
        best = max(best, sum(worth[n] for n in week if n >= 0) + idle - plain_strain(p, i, row))
    return best


def _best_found(p, state, i, w):
    """Return what the week that the search finds saves."""
    gain = state.gain[p.person["skills"][i]].copy()
    idle = plain_strain(p, i, state.rows[i])
    search.fill(p, state, np.array([i * (len(p.week_first) - 1) + w]))
    row = state.rows[i]
    worth = sum(_worth(gain, p.shift[n]) for n in row[p.week_first[w] : p.week_first[w + 1]] if n >= 0)
    return worth + idle - plain_strain(p, i, row)


def _with_others(p, rng, off):
    """Return a roster in which everybody works random days, but for one person's week."""
    state = blank(p, 0)
    search.cost_of(p, state)
    for i, d in product(range(len(p.person)), range(len(p.weekend))):
        own = range(*p.offered[0, d])
        if (
            rng.random() < 0.5
            and own
            and not (i == off[0] and p.week_first[off[1]] <= d < p.week_first[off[1] + 1])
        ):
            _put(p, state, i, d, int(rng.choice(own)), rng)
    search.cost_of(p, state)
    return state


@numba.njit(_nrt=False)
def _place(p, state, i, d, sign):
    return cover.place(p, state, i, d, sign)


def _put(p, state, i, d, number, rng):
    """Put a person to work on a shift, its breaks anywhere in their windows; return the change of cost."""
    state.rows[i, d] = number
    shift = p.shift[number]
    for k in range(shift["breaks"]):
        state.begins[i, d, k] = rng.integers(shift["earliest"][k], shift["latest"][k] + 1)
    return _place(p, state, i, d, 1)


def test_the_compiled_search_is_compiled_anew_when_its_modules_change():
    folder = Path(search.__file__).parent
    sources = b"".join((folder / f"{name}.py").read_bytes() for name in MODULES)
    assert hashlib.sha256(sources).hexdigest()[:16] == search.KERNELS, (
        "cover, choices, patterns, problem, strain or week changed: write the left number into "
        "search.KERNELS, or numba goes on with the search that it compiled before"
    )


@pytest.mark.parametrize("smooth", [0.0, 3.0])
@pytest.mark.parametrize("queues", [1, 2, 3])
def test_a_change_is_the_difference_of_the_cheapest_splits(queues, smooth):
    rng = np.random.default_rng(queues)
    p = tiny(rng, people=5, days=2, queues=queues)
    p.demand.price["smooth"] = smooth
    state = blank(p, 0)
    state.dual[:] = rng.uniform(
        -p.demand.queue["over"][:, None], p.demand.queue["under"][:, None], state.dual.shape
    )
    before = _plain_cost(p, state)
    assert search.cost_of(p, state) == pytest.approx(before)
    for _ in range(30):
        i, d = rng.integers(5), rng.integers(2)
        strained = plain_strain(p, i, state.rows[i])
        if state.rows[i, d] >= 0:
            change = _place(p, state, i, d, -1)
            state.rows[i, d] = OFF
        else:
            change = _put(p, state, i, d, int(rng.choice(range(*p.offered[0, d]))), rng)
        after = _plain_cost(p, state)
        assert change + plain_strain(p, i, state.rows[i]) - strained == pytest.approx(
            after - before, abs=1e-6
        )
        before = after
    np.testing.assert_array_equal(state.heads.sum(axis=0), _present(p, state).sum(axis=0))
    if queues > 1:
        np.testing.assert_array_equal(state.split.sum(axis=1), _present(p, state))
        np.testing.assert_array_equal(state.split.sum(axis=0), state.heads)
    assert search.cost_of(p, state) == pytest.approx(before)


def test_a_gain_is_what_one_head_more_saves():
    rng = np.random.default_rng(3)
    p = tiny(rng, people=6, days=2, queues=3)
    state = _with_others(p, rng, (0, 0))
    present = _present(p, state)
    for t, s in product(range(present.shape[1]), range(len(present))):
        more = present[:, t].copy()
        more[s] += 1
        saved = _cheapest_split(p, present[:, t], t, state) - _cheapest_split(p, more, t, state)
        assert state.gain[s, t] == pytest.approx(saved)


rows = st.lists(st.integers(-1, 5), min_size=16, max_size=16)


@given(rows, st.integers(0, 2**32))
def test_strain_is_what_the_rules_say(picks, seed):
    rng = np.random.default_rng(seed)
    prices = {name: rng.integers(1, 1000) / 7 for name in RULES.names[7:]}
    p = tiny(
        rng, people=1, days=16, lengths=(3, 5), starts=(0, 3, 5), first_week=rng.integers(1, 8),
        nights_most=rng.integers(-1, 3), weekends_most=rng.integers(-1, 3), off_least=rng.integers(-1, 4),
        starts_most=rng.choice([-1, 0, 200, 540]), period_most=rng.choice([-1.0, 20.0]),
        banned=rng.integers(0, 2, (4, 4)), **prices,
    )  # fmt: skip
    me, day, limit = p.person[0], p.day[0], p.limit[0]
    for name, values in (
        ("prefers", [-1, 0, 1, 2]), ("training_h", [0, 2]), ("run_most", [2, 3, 6]), ("past_run", [0, 1, 6]),
        ("past_nights", [0, 1]), ("past_end", [NEVER, 0, -2]), ("past_kind", [OFF, 0, 3]),
        ("past_weekend_now", [0, 1]), ("past_days_now", [0, 1]), ("past_hours_now", [0, 5]),
    ):  # fmt: skip
        me[name] = rng.choice(values)
    p.past_hours[:] = rng.integers(0, 10, 3)
    me["past_weekends"], me["past_clocks"][:2] = rng.integers(0, 2, 3), rng.choice([-1, 0, 1380], 2)
    day["lock"] = rng.choice([FREE, OFF, 0], 16, p=[0.8, 0.1, 0.1])
    day["was"], day["trained"] = rng.choice([FREE, OFF, 1], 16), rng.random(16) < 0.2
    day["wish_off"] = rng.random(16) < 0.2
    limit["days_most"], limit["days_least"] = rng.integers(1, 6, len(limit)), rng.integers(0, 3, len(limit))
    limit["hours_most"], limit["hours_least"] = (
        rng.integers(5, 20, len(limit)),
        rng.integers(0, 9, len(limit)),
    )
    state = blank(p, 0)
    for d, pick in enumerate(picks):
        first, last = p.offered[0, d]
        state.rows[0, d] = min(first + pick, last - 1) if pick >= 0 and last > first else OFF
    search.cost_of(p, state)
    assert state.minds[0] == pytest.approx(plain_strain(p, 0, state.rows[0]))


def _close_days(p, rng, count):
    """Let one person have days off that must stand, so that fewer weeks are to be tried by hand."""
    for first in p.week_first[:-1]:
        p.day["lock"][0, first + rng.choice(5, count, replace=False)] = OFF


def _early_then_off(p, _):
    p.day["lock"][0, 2], p.day["lock"][0, 3], p.day["trained"][0, 4] = p.offered[0, 2, 0], OFF, True
    p.day["wish_off"][0, 1], p.person["prefers"] = True, 1


def _published(p, rng):
    p.day["was"][0] = [rng.choice([OFF, *range(*own)]) for own in p.offered[0]]


def _gone_by_noon(p, _):
    p.day["last"][0] = np.arange(1, len(p.weekend) + 1) * SLOTS - 2


def _many_weekends(p, _):
    p.person["past_weekends"] = [1, 0, 1]


def _few_hours(p, _):
    p.limit["hours_most"] = 10
    p.past_hours[:] = 4


def _few_days(p, _):
    p.limit["days_most"], p.limit["days_least"] = 2, 1


CASES = {
    "any_start": ({}, None),
    "one_range": ({"starts_most": 180}, None),
    "same_start": ({"starts_most": 0, "breaks": False}, None),
    "priced_range": ({"starts_most": 0, "starts_within": 2.0}, None),
    "tight": ({"starts": (0, 2, 4), "lengths": (4,)}, None),
    "tight_priced": ({"starts": (0, 2, 4), "lengths": (4,), "rest": 3.0}, None),
    "tight_range": ({"starts": (0, 2, 4), "lengths": (4,), "starts_most": 400}, None),
    "forbidden": ({"banned": np.eye(4)[[2, 1, 0, 3]], "starts": (0, 2, 4)}, None),
    "two_off": ({"off_least": 2}, None),
    "two_off_priced": ({"off_least": 3, "days_off_joined": 1.5}, None),
    "weekends": ({"weekends_most": 2}, _many_weekends),
    "weekends_priced": ({"weekends_most": 2, "weekends_in_four": 2.0}, _many_weekends),
    "days_priced": ({"days_per_week": 1.0}, _few_days),
    "days_least": ({}, _few_days),
    "hours": ({}, _few_hours),
    "period": ({"period_most": 24.0}, _few_hours),
    "fixed": ({"wish": 2.0, "fair": 0.5}, _early_then_off),
    "published": ({"change": 3.0}, _published),
    "gone_by_noon": ({}, _gone_by_noon),
}


@pytest.mark.parametrize("case", CASES)
def test_the_best_week_is_the_best_of_all_weeks(case):
    rules, alter = CASES[case]
    for seed in range(3):
        rng = np.random.default_rng(seed)
        p = tiny(rng, days=12, first_week=5 if seed == 1 else 7, **rules)
        if alter:
            alter(p, rng)
        off = (0, int(rng.integers(2)))
        _close_days(p, rng, 2)
        state = _with_others(p, rng, off)
        best = _best_by_hand(p, state, *off)
        assert _best_found(p, state, *off) == pytest.approx(best, abs=1e-6), f"seed {seed}"
        assert best > 0 or seed


def test_a_week_of_shifts_of_several_lengths_keeps_its_hours_and_comes_near_the_best():
    found = best = 0.0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        p = tiny(rng, lengths=(2, 4), starts=(1, 3))
        p.limit["hours_most"], p.limit["hours_least"] = 13, 6
        _close_days(p, rng, 2)
        state = _with_others(p, rng, (0, 0))
        best += _best_by_hand(p, state, 0, 0)
        found += _best_found(p, state, 0, 0)
        assert 6 <= sum(p.shift["paid_h"][n] for n in state.rows[0] if n >= 0) <= 13
    assert found > 0.97 * best


def _searched(seed, steps, *, warm, smooth=0.0):
    rng = np.random.default_rng(1)
    p = tiny(rng, people=8, days=14, queues=2, starts_most=360)
    state, jobs = blank(p, seed), np.arange(16)
    p.demand.price["smooth"] = smooth
    search.fill(p, state, jobs)
    first = search.cost_of(p, state)
    search.anneal(p, state, jobs, steps, warm)
    return p, state, first, search.cost_of(p, state)


def test_a_cold_search_never_makes_a_roster_dearer_and_finds_a_cheaper_one():
    p, state, first, last = _searched(1, 200, warm=1e-9)
    assert last < first
    assert last == pytest.approx(_plain_cost(p, state))


def test_the_same_seed_gives_the_same_roster():
    one, same, other = (_searched(seed, 100, warm=2.0, smooth=2.0)[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.rows, same.rows)
    np.testing.assert_array_equal(one.begins, same.begins)
    assert (one.rows != other.rows).any()


def test_a_search_leaves_alone_the_weeks_that_it_was_not_given():
    rng = np.random.default_rng(1)
    p = tiny(rng, people=4, days=14)
    state = _with_others(p, rng, (0, 0))
    before = state.rows.copy()
    search.anneal(p, state, np.array([1, 3, 5]), 50, 5.0)
    np.testing.assert_array_equal(state.rows[:, :7], before[:, :7])
    np.testing.assert_array_equal(state.rows[3], before[3])
    assert (state.rows != before).any()


def test_a_search_breaks_no_hard_rule():
    rng = np.random.default_rng(1)
    p = tiny(
        rng, people=6, days=18, queues=2, first_week=4, lengths=(3, 5), starts=(1, 3, 6), starts_most=600,
        nights_most=1, weekends_most=2, off_least=2, period_most=60.0, banned=np.eye(4)[[2, 1, 0, 3]],
    )  # fmt: skip
    p.limit["hours_most"] = 18
    p.person["past_weekends"], p.person["past_run"], p.person["past_nights"] = [1, 0, 1], 2, 1
    state, jobs = blank(p, 0), np.arange(6 * 3)
    search.fill(p, state, jobs)
    for _ in range(3):
        search.anneal(p, state, jobs, 300, 2.0)
        assert [plain_strain(p, i, row) for i, row in enumerate(state.rows)] == [0.0] * 6
    assert (state.rows >= 0).sum() > 30


def test_dual_prices_learn_to_meet_what_is_needed_on_average():
    """Far more is needed than there are people, so one head more is worth its full price."""
    rng = np.random.default_rng(1)
    p = tiny(rng, people=2, days=7)
    p.demand.need[:] = 20
    state = blank(p, 0)
    p.demand.price["smooth"] = 5.0
    for _ in range(20):
        search.anneal(p, state, np.arange(2), 64, 1.0)
    np.testing.assert_allclose(state.dual, p.demand.queue["under"][0])


def test_levels_go_from_smooth_and_warm_to_the_real_prices():
    p = tiny(np.random.default_rng(1))
    few, many = search.levels(p, 50), search.levels(p, 5000)
    assert all(one.smooth > other.smooth and one.warm > other.warm for one, other in pairwise(few))
    assert sum(level.steps for level in few) < sum(level.steps for level in many)


@pytest.mark.parametrize("seed", range(6))
def test_a_polished_day_is_the_best_of_all_its_shifts_the_rest_as_it_stands(seed):
    rng = np.random.default_rng(seed)
    p = tiny(rng, people=4, days=3, lengths=(2, 3), breaks=False)
    p.demand.floor[:], p.demand.queue["square"] = 0.0, 5.0
    state = blank(p, seed)
    search.fill(p, state, rng.permutation(4))
    before = search.cost_of(p, state)
    working = state.rows >= 0
    assert working.any(), "nobody works: there is nothing to polish"

    assert polish(p, state, seed=0, time_limit_s=30.0)

    after = search.cost_of(p, state)
    assert after <= before
    assert ((state.rows >= 0) == working).all()
    for d in range(3):
        people = np.flatnonzero(working[:, d])
        costs = []
        for numbers in product(range(*p.offered[0, d]), repeat=len(people)):
            other = copied(state)
            for i, number in zip(people, numbers, strict=True):
                place(p, other, i, d, cover.OUT)
                other.rows[i, d] = number
                place(p, other, i, d, cover.IN)
            costs.append(search.cost_of(p, other))
        assert after == pytest.approx(min(costs))
