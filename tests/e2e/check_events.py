"""Compares a run's TensorBoard file and metrics.csv with its metrics.jsonl: check_events.py RUN."""
import csv
import json
import pathlib
import sys

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

run = pathlib.Path(sys.argv[1])
expected = {}
for line in map(json.loads, (run / "metrics.jsonl").read_text().splitlines()):
    epoch = line.pop("epoch")
    for key, value in line.items():
        numbers = {f"{key}/{name}": v for name, v in value.items()} if isinstance(value, dict) else {key: value}
        for tag, number in numbers.items():
            if isinstance(number, (int, float)):
                expected.setdefault(tag, []).append((epoch, number))

events = EventAccumulator(str(run), size_guidance={"scalars": 0})
events.Reload()
assert set(events.Tags()["scalars"]) == set(expected), events.Tags()
for tag, points in expected.items():
    found = [(event.step, event.value) for event in events.Scalars(tag)]
    assert found == [(epoch, float(np.float32(number))) for epoch, number in points], tag
times = [event.wall_time for event in events.Scalars("train/loss")]
assert times == sorted(times)

with open(run / "metrics.csv", newline="") as file:
    rows = list(csv.DictReader(file))
assert set(rows[0]) == {"epoch", *expected}
for tag, points in expected.items():
    assert [(int(row["epoch"]), float(row[tag])) for row in rows if row[tag]] == points, tag
print(len(rows), "epochs,", len(expected), "scalars")
