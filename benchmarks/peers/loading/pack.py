"""Packs the instances on standard input with one peer, in the peers' own environment; answers as JSON.

py3dbp knows no allowed orientations: it turns every carton as it likes, which only helps it. packingsolver3d gets the
allowed rotations and the seconds as its limit.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version


def pack_packingsolver3d(container: list[int], items: list[dict], seconds: float) -> int:
    from packingsolver3d import BinType, Instance, ItemType, Objective, PackingSolverError, Rotation, box

    types = [
        ItemType(
            x=item["sides"][0], y=item["sides"][1], z=item["sides"][2], copies=item["count"],
            profit=item["sides"][0] * item["sides"][1] * item["sides"][2],
            rotations=[way for way in Rotation if "lwh"["XYZ".index(way.value[2])] in item["upright"]],
        )
        for item in items
    ]  # fmt: skip
    instance = Instance(
        bin_types=[BinType(x=container[0], y=container[1], z=container[2])],
        item_types=types,
        objective=Objective.KNAPSACK,
    )
    try:
        result = box.solve(instance, time_limit=seconds)
    except PackingSolverError:
        return 0  # nothing found within the limit
    packed = 0
    for place in result.placements:
        item = items[place.item_type_id]
        sides = dict(zip("lwh", item["sides"], strict=True))
        assert sorted((place.lx, place.ly, place.lz)) == sorted(item["sides"])
        assert place.lz in [sides[side] for side in item["upright"]]
        packed += place.lx * place.ly * place.lz
    return packed


def pack_py3dbp(container: list[int], items: list[dict], seconds: float) -> int:
    from py3dbp import Bin, Item, Packer

    packer = Packer()
    packer.add_bin(Bin("C", *container, 10**9))
    for k, item in enumerate(items):
        for number in range(item["count"]):
            packer.add_item(Item(f"{k}-{number}", *item["sides"], 1))
    packer.pack(bigger_first=True, number_of_decimals=0)
    return int(sum(item.get_volume() for item in packer.bins[0].items))


def main() -> None:
    peer, seconds = sys.argv[1], float(sys.argv[2])
    pack = {"packingsolver3d": pack_packingsolver3d, "py3dbp": pack_py3dbp}[peer]
    percent, used = [], []
    for container, items in json.load(sys.stdin):
        started = time.process_time()
        packed = pack(container, items, seconds)
        used.append(time.process_time() - started)
        percent.append(100 * packed / (container[0] * container[1] * container[2]))
    print(json.dumps({"version": version(peer), "percent": percent, "cpu_seconds": used}))


if __name__ == "__main__":
    main()
