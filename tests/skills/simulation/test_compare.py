"""The comparison says who is better and how sure that is, and names what ours loses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.simulation import compare_policies, compare_pooling, explain_comparison, match_fill, race_policies
from skills.simulation.compare import resample
from skills.simulation.explain import NAMES, SAYS
from skills.simulation.paths import sample_path
from skills.simulation.plan import walk_forward
from skills.simulation.policy import SimulationPolicy
from skills.simulation.rivals import reorder_point, velocity_times_days
from skills.simulation.score import score_skus
from skills.simulation.small import build_small_world
from skills.simulation.tuning import Parameters, measure_fill, spread_parameters, tune_reorder_points
from skills.simulation.world import Contender, Decision, World

POLICY = SimulationPolicy(draws=200)


def make_world(skus: int = 12, weeks: int = 10) -> World:
    stream = np.random.Generator(np.random.PCG64(9))
    pairs = [(sku, country) for sku in range(skus) for country in range(2)]
    table = stream.integers(0, 5, (len(pairs), 91 + 7 * weeks))
    return build_small_world(
        demand=table[:, 91:].tolist(), past=table[:, :91].tolist(), pairs=pairs, hub=[60] * skus,
        forward=[30] * len(pairs), carton=4, transit_days=5, made_days=10,
    )  # fmt: skip


def test_a_policy_against_itself_is_open_in_everything_and_no_sku_loses() -> None:
    world = make_world()
    runs = race_policies(world, [Contender("ours", lambda: velocity_times_days(POLICY)),
                                 Contender("velocity", lambda: velocity_times_days(POLICY))], POLICY)  # fmt: skip
    comparison = compare_policies(world, runs, "ours", 52, POLICY)
    other = comparison.headline[comparison.headline["policy"] == "velocity"]
    assert (other["verdict"] == "open").all()
    assert (other[["change", "change_low", "change_high"]].to_numpy() == 0.0).all()
    assert comparison.shares["equal_percent"].tolist() == [100.0]
    assert comparison.losses.empty
    assert (comparison.countries["difference_minor"] == 0).all()


def test_a_policy_that_does_nothing_loses_profit_and_is_said_to_lose() -> None:
    world = make_world()
    runs = race_policies(world, [Contender("ours", lambda: lambda _seen: Decision()),
                                 Contender("velocity", lambda: velocity_times_days(POLICY))], POLICY)  # fmt: skip
    comparison = compare_policies(world, runs, "ours", 52, POLICY, listed=5)
    said = explain_comparison(comparison).set_index("label")
    profit = said.loc["profit"]
    assert (profit["verdict"], profit["sentence"]) == ("worse", SAYS["profit_minor", "worse"])
    assert 0 < profit["low"] <= profit["change"] <= profit["high"]
    assert said.loc["capital tied up, mean of all days", "verdict"] == "better"
    assert len(comparison.losses) == 5
    assert comparison.losses["difference_minor"].is_monotonic_increasing
    assert comparison.losses["countries"].map(len).gt(0).all()
    assert comparison.shares.loc[0, "lose_percent"] == 100.0


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), rows=st.integers(1, 6))
def test_the_compiled_resampling_is_the_plain_one(seed: int, rows: int) -> None:
    stream = np.random.Generator(np.random.PCG64(seed))
    values = stream.integers(-50, 50, (rows, 3))
    picks = np.random.Generator(np.random.PCG64([seed, 1])).integers(0, rows, (100, rows))
    assert np.array_equal(resample(values, seed, 100), values[picks].sum(axis=1))


def test_more_cover_serves_more_and_the_asked_fill_is_met() -> None:
    world = make_world()
    low, high = (measure_fill(race_policies(world, [Contender("v", lambda f=f: velocity_times_days(POLICY, f))],  # type: ignore[misc]
                                            POLICY)["v"]) for f in (0.4, 1.2))  # fmt: skip
    assert low < high
    middle = (low + high) / 2
    factor, runs = match_fill(world, lambda factor: velocity_times_days(POLICY, factor), middle, POLICY, 0.05, 3.0)
    assert 0.3 < factor < 1.3
    assert measure_fill(runs) == pytest.approx(middle, abs=0.02)


def test_hub_and_scattered_stock_are_compared_at_one_fill_rate() -> None:
    world = make_world(weeks=12)
    pooled = compare_pooling(world, 0.9, POLICY)
    assert measure_fill(pooled["hub"]) == pytest.approx(0.9, abs=0.02)
    assert measure_fill(pooled["scattered"]) == pytest.approx(0.9, abs=0.02)


def test_the_tuned_rule_earns_more_on_its_weeks_than_one_that_is_not_tuned() -> None:
    world = make_world(weeks=8)
    tuned = tune_reorder_points(world, POLICY)
    path = sample_path(world.facts, POLICY.model_copy(update={"seed": POLICY.seed + 1}), 0)

    def earn(parameters: tuple[Parameters, ...]) -> int:
        run = walk_forward(world, "", reorder_point(spread_parameters(world.facts, parameters)), path)
        return int(score_skus(world, run, 1)["profit"].sum())

    assert len(tuned) == 3
    assert earn(tuned) == max(earn(tuned), earn(((1.0, 28, 14),) * 3), earn(((0.6, 7, 7),) * 3), earn(tuned[::-1]))


def test_every_policy_and_every_verdict_has_its_words() -> None:
    assert all(NAMES.values())
    assert {verdict for _, verdict in SAYS} == {"better", "worse", "open"}
