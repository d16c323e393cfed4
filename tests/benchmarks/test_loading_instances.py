"""Published instances (OR-Library, Bischoff and Ratcliff) and the seller's case are loaded validly and well."""

from __future__ import annotations

import statistics

import bench_loading
import pytest

from skills.inbound.policy import LoadingPolicy


@pytest.mark.shared
@pytest.mark.parametrize("rules", ["full_support", "rotation_only"])
def test_published_instances_are_loaded_validly_at_a_fraction_of_the_work(rules: str) -> None:
    path = bench_loading.DATA / "thpack1.txt"
    if not path.exists():
        pytest.skip("the published instances are not here; benchmarks/README.md says where they come from")
    policy = LoadingPolicy(rules=rules, search_work=300_000)  # type: ignore[arg-type]
    instances = bench_loading.read_instances(path)
    assert len(instances) == 100
    done = [bench_loading.fill(*bench_loading.as_frames(instance), policy) for instance in instances[::25]]
    assert sum(invalid for _, invalid, _ in done) == 0
    assert statistics.mean(filled for filled, _, _ in done) > 88


def test_the_sellers_case_is_the_same_at_every_draw_of_one_seed_and_more_than_a_container() -> None:
    case = bench_loading.make_seller_case(3)
    assert case.equals(bench_loading.make_seller_case(3))
    volume = case["length_mm"] * case["width_mm"] * case["height_mm"] * case["count"]
    assert 1.05 < volume.sum() / (12032 * 2350 * 2697) < 1.2
    assert case["weight_g"].max() <= 22_000
