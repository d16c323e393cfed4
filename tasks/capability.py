"""The one adapter that turns a skill's function into a Prefect task under its run policy."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE

from skills.catalogue import find_skill
from skills.vocabulary import Refusal, mark

P = ParamSpec("P")
R = TypeVar("R")

_find_skill = lru_cache(find_skill)


class UndeclaredTask(Refusal):
    """A function that its skill's manifest does not list."""


def capability(function: Callable[P, R], *, timeout_seconds: float | None = None) -> Task[P, R]:
    """The function as a task, its signature kept.

    Args:
        function: A public function of `skills.<name>`, declared under `farsail.tasks` in its SKILL.md.
        timeout_seconds: When the run is ended as failed; None for no limit of its own.

    Returns:
        A task called `<skill> · <what it does>`, without tags: Prefect asks its server for a slot of each tag before
        each run (docs/decisions/0005). Results are not cached: hashing a frame of half a million rows costs more than
        most decisions.

    Raises:
        UndeclaredTask: the manifest does not list the function.
        InvalidManifest, UnknownSkill: the function's skill has no usable SKILL.md.
    """
    name = function.__module__.split(".")[1]
    skill = _find_skill(name)
    effect = skill.tasks.get(function.__name__)
    if effect is None:
        raise UndeclaredTask(
            mark(
                "{task} is not declared in skills/{skill}/SKILL.md. Add `{task}:<effect>` to farsail.tasks there; "
                "declared are: {declared}."
            ),
            task=function.__name__,
            skill=name,
            declared=", ".join(skill.tasks),
        )
    wrap = task(
        name=f"{name} · {function.__name__.replace('_', ' ')}",
        description=f"{inspect.getdoc(function) or ''}\n\neffect: {effect}",
        cache_policy=NO_CACHE,
        timeout_seconds=timeout_seconds,
    )
    return wrap(function)
