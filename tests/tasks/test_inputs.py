"""What is tried again: a touch of the outside world that failed, never a decision and never a refusal."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from prefect import Task
from prefect.states import Failed

import tasks
from skills.vocabulary import Refusal
from tasks.files.problems import MissingFiles
from tasks.inputs import is_worth_another_try, read_inputs


def test_only_tasks_that_touch_the_outside_world_are_tried_again() -> None:
    modules = [importlib.import_module(f"tasks.{found.name}") for found in pkgutil.iter_modules(tasks.__path__)]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Task)]
    assert len(found) > 10
    assert {task.name for task in found if task.retries} == {
        "files · read exports",
        "files · read market",
        "files · read listings",
        "files · read movements",
        "store · record snapshot",
        "store · record niches",
        "store · read expected costs",
        "artifacts · publish a shipment",
        "artifacts · publish bills",
        "artifacts · publish a backtest",
        "artifacts · publish briefs",
        "artifacts · publish listings",
        "artifacts · publish exits",
        "artifacts · publish replay",
        "artifacts · publish scorecard",
        "artifacts · publish stress test",
        "store · record proposal",
        "artifacts · publish morning report",
    }


@pytest.mark.parametrize(
    ("error", "again"),
    [(MissingFiles("No file."), False), (Refusal("No."), False), (OSError("disk"), True), (TimeoutError(), True)],
)
def test_a_refusal_is_said_once_and_a_disk_is_asked_again(error: Exception, again: bool) -> None:
    assert is_worth_another_try(read_inputs, None, Failed(data=error)) is again  # type: ignore[arg-type]
