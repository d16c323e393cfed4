"""The examples and the worked example of the manifest give what they say."""

from __future__ import annotations

import json
import re
from pathlib import Path

from skills.simulation.paths import sample_path
from skills.simulation.plan import walk_forward
from skills.simulation.policy import SimulationPolicy
from skills.simulation.rivals import velocity_times_days
from skills.simulation.score import score_skus
from skills.simulation.small import build_small_world

SKILL = Path(__file__).parents[3] / "skills" / "simulation"


def test_two_weeks_of_velocity_times_days_are_as_a_hand_reckons_them() -> None:
    example = json.loads((SKILL / "examples" / "two_weeks.json").read_text(encoding="utf-8"))
    expected = example["expected"]
    world = build_small_world(
        demand=example["demand"], hub=example["hub"], forward=example["forward"],
        transit_days=example["transit_days"], made_days=example["made_days"],
        past=[[example["past_a_day"]] * 91],
    )  # fmt: skip
    policy = SimulationPolicy(**example["policy"])
    run = walk_forward(world, "v", velocity_times_days(policy), sample_path(world.facts, policy, 0))
    assert [int(decision.order_units.sum()) for decision in run.decisions] == expected["ordered"]
    assert [int(decision.ship_units.sum()) for decision in run.decisions] == expected["shipped"]
    assert run.weekly_sold.tolist() == expected["sold"]
    score = score_skus(world, run, 52).iloc[0]
    for name in ("hub", "forward", "transit", "on_order"):
        assert int(getattr(run, name)[0]) == expected[name], name
    for name in ("net_sales", "product_cost", "selling", "fulfilment", "freight"):
        assert int(score[name]) == expected[name], name
    spent = ("product_cost", "selling", "fulfilment", "freight", "border", "storage", "capital_cost")
    assert score["profit"] == score["net_sales"] - sum(score[name] for name in spent)


def test_the_manifests_worked_example_runs() -> None:
    code = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(code) == 1
    exec(compile(code[0], "SKILL.md", "exec"), {})  # noqa: S102
