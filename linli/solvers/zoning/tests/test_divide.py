"""What a division promises, on towns nobody chose."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.solvers.zoning.aims import Aims, Count, Mode, RangeUnusable
from linli.solvers.zoning.contiguity import neighbours_of_points
from linli.solvers.zoning.divide import divide
from linli.solvers.zoning.plan import Plan, Reason
from linli.solvers.zoning.refusals import NothingToDivide
from linli.solvers.zoning.testing import make_town
from linli.solvers.zoning.town import Barrier, Floats, Ints, Town


def make_field(xy: Floats, households: Ints, **more: object) -> Town:
    """Buildings at these points, their cells as neighbours, no roads."""
    edges, length = neighbours_of_points(xy)
    flat = {"cost": length, "barrier": np.zeros(len(edges), np.int8)}
    return Town(xy=xy, households=households, edges=edges, length=length, **{**flat, **more})  # type: ignore[arg-type]


def make_rows(across: int, down: int, households: int = 10) -> Town:
    x, y = np.meshgrid(np.arange(across) * 20.0, np.arange(down) * 20.0)
    shaken = np.random.default_rng(1).uniform(-3, 3, (across * down, 2))
    xy = np.column_stack([x.ravel(), y.ravel()]) + shaken
    return make_field(xy, np.full(across * down, households, np.int32))


def pieces_of(town: Town, grid: Ints, one: int, *, over: int) -> int:
    """Into how many parts a grid falls, found by walking: an oracle of the tests' own."""
    members = set(np.flatnonzero(grid == one).tolist())
    beside: dict[int, list[int]] = {v: [] for v in members}
    for (a, b), barrier in zip(town.edges.tolist(), town.barrier.tolist(), strict=True):
        if barrier <= over and a in members and b in members:
            beside[a].append(b)
            beside[b].append(a)
    parts = 0
    while members:
        parts += 1
        walk = [members.pop()]
        while walk:
            for other in beside[walk.pop()]:
                if other in members:
                    members.remove(other)
                    walk.append(other)
    return parts


def assert_kept(town: Town, plan: Plan) -> None:
    """Every promise, counted here and not by the solver."""
    assert plan.grid.shape == (town.size,)
    assert set(plan.grid.tolist()) == set(range(plan.number))
    explained = {one.grid for one in plan.outside}
    declared = {one.grid for one in plan.crossings}
    counted = town.people if plan.aims.count == Count.PEOPLE else town.households
    for grid in range(plan.number):
        if not plan.dedicated[grid]:
            assert pieces_of(town, plan.grid, grid, over=Barrier.ROAD) == 1
            if grid not in declared:
                assert pieces_of(town, plan.grid, grid, over=Barrier.NONE) == 1
        weight = int(counted[plan.grid == grid].sum())
        assert weight == plan.weights[grid]
        assert plan.aims.low <= weight <= plan.aims.high or grid in explained
    assert plan.figures.connected == 1.0
    assert plan.figures.undeclared == 0


@st.composite
def towns(draw: st.DrawFn) -> Town:
    size, seed = draw(st.integers(1, 90)), draw(st.integers(0, 10_000))
    random = np.random.default_rng(seed)
    xy = random.uniform(0, 600, (size, 2))
    households = random.choice([0, 1, 5, 30, 150], size).astype(np.int32)
    if draw(st.booleans()):
        households[random.integers(size)] = 700
    edges, length = neighbours_of_points(xy)
    side = (xy[:, 0] > 300).astype(int) + 2 * (xy[:, 1] > draw(st.integers(0, 600)))
    apart = side[edges[:, 0]] != side[edges[:, 1]]
    barrier = np.where(apart, draw(st.sampled_from([0, 1, 2])), 0).astype(np.int8)
    compound = np.where(random.random(size) < 0.4, (xy[:, 0] // 120).astype(int), -1)
    dedicated = np.where(xy.sum(axis=1) < draw(st.integers(0, 200)), 3, -1)
    return Town(
        xy=xy,
        households=households,
        edges=edges,
        length=length,
        cost=length,
        barrier=barrier,
        compound=compound.astype(np.int32),
        dedicated=dedicated.astype(np.int32),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(towns())
def test_any_town_gets_whole_connected_explained_grids(town: Town) -> None:
    plan = divide(town, Aims())

    assert_kept(town, plan)
    dedicated = np.flatnonzero(town.dedicated >= 0)
    assert len(set(plan.grid[dedicated].tolist())) == int(dedicated.size > 0)
    assert not set(plan.grid[dedicated]) & set(plan.grid[town.dedicated < 0])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_invented_town_is_in_range_and_keeps_its_compounds(seed: int) -> None:
    town = make_town(2500, seed)

    plan = divide(town, Aims())

    assert_kept(town, plan)
    assert plan.figures.in_range == 1.0
    assert plan.figures.compounds_split <= 0.05
    assert [one.reason for one in plan.outside if one.reason == Reason.NOT_FOUND] == []


def test_a_town_without_barriers_is_one_zone_and_still_in_range() -> None:
    town = make_town(2500, 4)
    open_town = replace(town, barrier=np.zeros_like(town.barrier))

    plan = divide(open_town, Aims())

    assert_kept(open_town, plan)
    assert not plan.outside


def test_the_same_seed_gives_the_same_plan_on_one_thread_or_two() -> None:
    town = make_town(1200, 1)

    one, two = divide(town, Aims(seed=5)), divide(town, Aims(seed=5, workers=2))

    assert (one.grid == two.grid).all()
    assert (divide(town, Aims(seed=6)).grid != one.grid).any()


def test_best_costs_no_more_than_fast() -> None:
    town = make_town(1200, 1)

    best = divide(town, Aims(mode=Mode.BEST))

    assert best.figures.in_range == 1.0
    assert best.figures.cost <= divide(town, Aims()).figures.cost


def test_people_can_be_counted_instead_of_households() -> None:
    town = make_rows(20, 20)
    town = replace(town, people=town.households * 3)

    plan = divide(town, Aims(target=1200, low=1000, high=1500, count=Count.PEOPLE))

    assert_kept(town, plan)
    assert not plan.outside


def test_a_house_a_household_makes_rural_grids() -> None:
    plan = divide(make_rows(40, 25, households=1), Aims(target=50, low=35, high=65))

    assert plan.number == 20
    assert not plan.outside


@pytest.mark.parametrize(
    ("households", "reason"),
    [
        ([0], Reason.NO_HOUSEHOLDS),
        ([12], Reason.PIECE_TOO_SMALL),
        ([800], Reason.BUILDING_TOO_LARGE),
        ([274, 274], Reason.PIECE_FITS_NO_NUMBER),
    ],
)
def test_a_grid_out_of_range_says_why(households: list[int], reason: Reason) -> None:
    xy = np.column_stack([np.arange(len(households)) * 30.0, np.zeros(len(households))])

    plan = divide(make_field(xy, np.array(households, np.int32)), Aims())

    assert {one.reason for one in plan.outside} == {reason}


def test_no_household_at_all_is_one_grid_that_says_so() -> None:
    plan = divide(make_rows(5, 5, households=0), Aims())

    assert plan.number == 1
    assert [one.reason for one in plan.outside] == [Reason.NO_HOUSEHOLDS]


def test_two_islands_never_share_a_grid() -> None:
    town = make_rows(20, 8)
    west = town.xy[:, 0] < 200
    apart = west[town.edges[:, 0]] != west[town.edges[:, 1]]
    town = replace(town, barrier=np.where(apart, Barrier.FIRM, 0).astype(np.int8))

    plan = divide(town, Aims())

    assert_kept(town, plan)
    assert not set(plan.grid[west]) & set(plan.grid[~west])


def test_a_strip_too_small_for_a_grid_crosses_its_road_and_the_plan_says_so() -> None:
    town = make_rows(20, 8)
    west = town.xy[:, 0] < 50  # about 240 households
    apart = west[town.edges[:, 0]] != west[town.edges[:, 1]]
    town = replace(town, barrier=np.where(apart, Barrier.ROAD, 0).astype(np.int8))

    plan = divide(town, Aims())

    assert not plan.outside
    assert [one.grid for one in plan.crossings] == sorted(
        set(plan.grid[west]) & set(plan.grid[~west])
    )
    kept_apart = divide(town, Aims(cross_roads=False))
    assert not kept_apart.crossings
    assert Reason.PIECE_TOO_SMALL in {one.reason for one in kept_apart.outside}


def test_a_compound_larger_than_the_range_is_divided_and_not_counted_as_split() -> None:
    town = make_rows(12, 10)
    town = replace(town, compound=np.zeros(town.size, np.int32))

    plan = divide(town, Aims())

    assert plan.number == 3
    assert not plan.outside
    assert plan.figures.compounds_split == 0.0


def test_a_compound_that_fits_is_split_only_where_nothing_else_is_in_range() -> None:
    town = make_rows(12, 10)  # 1,200 households in six compounds of 200: three grids of two
    compound = (town.xy[:, 0] // 40).clip(0, 5).astype(np.int32)

    plan = divide(replace(town, compound=compound), Aims())

    assert plan.figures.in_range == 1.0
    assert plan.figures.compounds_split == 0.0


@pytest.mark.parametrize("stop", ["clock", "caller"])
def test_an_interrupted_run_answers_a_whole_plan_and_says_it_was_stopped(stop: str) -> None:
    town = make_town(2500, 1)
    told: list[float] = []

    if stop == "clock":
        plan = divide(town, Aims(mode=Mode.BEST, time_limit=0.0), progress=told.append)
    else:
        plan = divide(
            town, Aims(mode=Mode.BEST), progress=told.append, cancelled=lambda: bool(told)
        )

    assert not plan.finished
    assert told
    assert plan.figures.connected == 1.0
    assert set(plan.grid.tolist()) == set(range(plan.number))


def test_a_whole_run_says_so_and_ends_its_progress_at_one() -> None:
    told: list[float] = []

    plan = divide(make_town(500, 1), Aims(), progress=told.append)

    assert plan.finished
    assert told[-1] == 1.0


def test_nothing_to_divide_is_refused() -> None:
    none = np.zeros(0, np.int32)

    with pytest.raises(NothingToDivide):
        divide(make_field(np.zeros((0, 2)), none), Aims())


@pytest.mark.parametrize("sizes", [(0, 10, 20), (30, 20, 40), (10, 30, 20)])
def test_a_range_that_holds_no_target_is_refused(sizes: tuple[int, int, int]) -> None:
    low, target, high = sizes

    with pytest.raises(RangeUnusable):
        Aims(low=low, target=target, high=high)


def test_arrays_that_do_not_fit_together_are_a_mistake_of_the_caller() -> None:
    town = make_rows(3, 3)

    with pytest.raises(ValueError, match="compound has shape"):
        replace(town, compound=np.zeros(2, np.int32))


def test_looking_at_plans_loads_nothing_heavy() -> None:
    code = (
        "import sys, linli.solvers.zoning;"
        "sys.exit(','.join({'numba', 'scipy', 'ortools', 'llvmlite'} & sys.modules.keys()) or None)"
    )

    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert (said.returncode, said.stderr) == (0, "")
