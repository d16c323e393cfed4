"""The picture of a loaded container: from above and from the side, as SVG text that also reads in black and white."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from skills.inbound.verify import LOADED_COLUMNS
from skills.vocabulary import check_columns, mark

TITLE = mark("{container}: {cartons} cartons, {filled} % of {volume} m³, {gross} kg of {payload} kg")
FROM_ABOVE = mark("From above (closed end left, door right), lengths in mm")
FROM_THE_SIDE = mark("From the left side (closed end left, door right), lengths in mm")
LEGEND_ROW = mark("{sign}  {carton}: {count} × ({length} × {width} × {height} mm)")

_WIDE, _EDGE, _LINE, _SIGN = 960, 40, 18, 14
_ANGLES, _GAPS = (45, 135, 0, 90), (9, 6, 4)


def draw_loading(loading: pd.DataFrame, container: dict[str, Any], say: Callable[[str], str] = str) -> str:
    """One container as an SVG document.

    Only cartons that can be seen are drawn. Each type has its own hatching and a sign that stands in the legend, and
    in its cartons where the part that can be seen has room for it.

    Args:
        loading: One row per loaded carton, as the inbound skill's loading list; other containers' rows are left out.
        container: One row of its containers: container, length_mm, width_mm, height_mm [mm], payload_g [g].
        say: Turns a marked English sentence into the reader's language.
    Raises:
        MissingColumns: of the loading.
    """
    check_columns("loading", loading.columns, LOADED_COLUMNS)
    inside = loading[loading["container"] == container["container"]]
    inner = [int(container[side]) for side in ("length_mm", "width_mm", "height_mm")]
    near = inside[["x_mm", "y_mm", "z_mm"]].to_numpy(np.int64)
    far = near + inside[["length_mm", "width_mm", "height_mm"]].to_numpy(np.int64)
    types = sorted(set(inside["carton"]))
    signs = {carton: _sign(place) for place, carton in enumerate(types)}
    kinds = [types.index(carton) for carton in inside["carton"]]
    scale = (_WIDE - 2 * _EDGE) / inner[0]
    loaded, room = int((far - near).prod(axis=1).sum()), inner[0] * inner[1] * inner[2]
    title = say(TITLE).format(
        container=container["container"],
        cartons=len(inside),
        filled=f"{1000 * loaded // room / 10:.1f}",
        volume=f"{room / 1e9:.1f}",
        gross=f"{int(inside['weight_g'].sum()) / 1000:.0f}",
        payload=f"{int(container['payload_g']) / 1000:.0f}",
    )
    parts = [_text(_EDGE, 24, title, size=16)]
    top = 44
    for caption, up, over in ((FROM_ABOVE, 1, 2), (FROM_THE_SIDE, 2, 1)):
        parts.append(_text(_EDGE, top + 10, say(caption)))
        parts += _draw_view(near, far, kinds, types, signs, inner, (up, over), scale, top + 18)
        top += 18 + int(inner[up] * scale) + 34
    for place, carton in enumerate(types):
        row = inside[inside["carton"] == carton].iloc[0]
        sides = sorted((int(row[side]) for side in ("length_mm", "width_mm", "height_mm")), reverse=True)
        words = say(LEGEND_ROW).format(
            sign=signs[carton],
            carton=carton,
            count=int((inside["carton"] == carton).sum()),
            length=sides[0],
            width=sides[1],
            height=sides[2],
        )
        parts.append(_rectangle(_EDGE, top, 2 * _SIGN, _SIGN, place))
        parts.append(_text(_EDGE + 2 * _SIGN + 8, top + 12, words))
        top += _LINE
    patterns = "".join(_pattern(place) for place in range(len(types)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{_WIDE}" height="{top + 12}" '
        f'viewBox="0 0 {_WIDE} {top + 12}" font-family="sans-serif"><title>{escape(title)}</title>'
        f"<defs>{patterns}</defs>" + "".join(parts) + "</svg>"
    )


def _draw_view(
    near: np.ndarray[Any, Any],
    far: np.ndarray[Any, Any],
    kinds: list[int],
    types: list[str],
    signs: dict[str, str],
    inner: list[int],
    axes: tuple[int, int],
    scale: float,
    top: int,
) -> list[str]:
    """Length to the right, `axes[0]` upwards; seen from the far end of the height or the near end of the width."""
    up, over = axes
    bottom = top + inner[up] * scale
    parts = []
    front = far[:, over] if over == 2 else -near[:, over]
    for k in sorted(range(len(near)), key=lambda row: (int(front[row]), row)):
        sign = signs[types[kinds[k]]]
        seen = _find_visible(near[:, [0, up]], far[:, [0, up]], k, front > front[k], 8 * len(sign) / 11)
        if seen is None:
            continue
        x, wide = _EDGE + near[k, 0] * scale, (far[k, 0] - near[k, 0]) * scale
        y, high = bottom - far[k, up] * scale, (far[k, up] - near[k, up]) * scale
        parts.append(_rectangle(x, y, wide, high, kinds[k]))
        (left, low), (right, upper) = seen
        if (right - left) * scale >= 8 * len(sign) and (upper - low) * scale >= 11:
            middle = _EDGE + (left + right) / 2 * scale, bottom - (low + upper) / 2 * scale + 4
            parts.append(_text(*middle, sign, anchor="middle", halo=True))
    parts.append(
        f'<rect x="{_EDGE}" y="{top}" width="{inner[0] * scale:.1f}" height="{inner[up] * scale:.1f}" fill="none" '
        'stroke="#000" stroke-width="2"/>'
    )
    parts.append(_text(_EDGE, bottom + 13, "0"))
    parts.append(_text(_EDGE + inner[0] * scale, bottom + 13, str(inner[0]), anchor="end"))
    parts.append(_text(_EDGE - 4, top + 10, str(inner[up]), anchor="end", size=10))
    return parts


def _find_visible(
    near: np.ndarray[Any, Any], far: np.ndarray[Any, Any], k: int, nearer: np.ndarray[Any, Any], shape: float
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The roomiest part of a carton's face that no carton nearer to the viewer covers; None where all is covered.

    Args:
        near, far: Corners of each carton as it is seen, two columns.
        k: The carton.
        nearer: Which cartons lie in front of it.
        shape: Width over height of what must find room there.
    Returns:
        Two opposite corners.
    """
    covering = nearer & (np.minimum(far, far[k]) > np.maximum(near, near[k])).all(axis=1)
    cuts, inside = [], []
    for axis in (0, 1):
        edges = np.concatenate([near[covering, axis], far[covering, axis]]).clip(near[k, axis], far[k, axis])
        cuts.append(np.unique([near[k, axis], far[k, axis], *edges]))
        starts = cuts[axis][:-1, None]
        inside.append((near[covering, axis] <= starts) & (starts < far[covering, axis]))
    free = ~(inside[0][:, None, :] & inside[1][None, :, :]).any(axis=2)
    best, roomiest = None, 0.0
    for left, low in np.argwhere(free):
        top = free.shape[1]
        for right in range(left, free.shape[0]):
            barred = np.flatnonzero(~free[right, low:top])
            top = low + barred[0] if len(barred) else top
            if top == low:
                break
            corners = (cuts[0][left], cuts[1][low]), (cuts[0][right + 1], cuts[1][top])
            room = min((corners[1][0] - corners[0][0]) / shape, corners[1][1] - corners[0][1])
            if room > roomiest:
                best, roomiest = corners, room
    return best


def _sign(place: int) -> str:
    """A, B … Z, A1, B1 …"""
    return chr(ord("A") + place % 26) + (str(place // 26) if place >= 26 else "")


def _pattern(place: int) -> str:
    gap = _GAPS[place // len(_ANGLES) % len(_GAPS)]
    return (
        f'<pattern id="type{place}" width="{gap}" height="{gap}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate({_ANGLES[place % len(_ANGLES)]})"><rect width="{gap}" height="{gap}" fill="#fff"/>'
        f'<line x1="0" y1="0" x2="{gap}" y2="0" stroke="#777" stroke-width="1"/></pattern>'
    )


def _rectangle(x: float, y: float, wide: float, high: float, kind: int) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="url(#type{kind})" '
        'stroke="#000" stroke-width="0.8"/>'
    )


def _text(x: float, y: float, words: str, *, size: int = 12, anchor: str = "start", halo: bool = False) -> str:
    edge = ' stroke="#fff" stroke-width="3" paint-order="stroke"' if halo else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"{edge}>{escape(words)}</text>'
