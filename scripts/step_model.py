"""What a step of several processes takes, by latency, bandwidth and computing.

    bench/exchange_bench DATA IMAGES 1 2 8 64 512 > traffic.jsonl
    scripts/step_model.py traffic.jsonl --processes 8 --delay-ms 0.05 --rate-mbit 10000
    … --grown-to 512    # as many images a process, in more processes

A ring of W processes that sums B bytes makes 2(W - 1) turns of B/W bytes; one that gathers B bytes of
each, or sums B for each, makes W - 1 turns of B bytes. In a turn a process tells its neighbour that it
is ready, and is sent the bytes: twice the cable's delay, and twice what it takes to be woken (--wake-ms),
beside the bytes at the cable's rate. What is computed is measured: rank 0's part of the step (grown, it
lacks what the loss and the measures have to do with more candidates).
"""
import argparse
import json
import pathlib


def exchange_seconds(step, processes, turn, bytes_per_second):
    seconds = 0
    for kind in ("sum", "gather", "sum_for_each"):
        traffic = step.get(kind, {"calls": 0, "bytes": 0})
        parts = processes / 2 if kind == "sum" else 1
        turns = (processes - 1) * traffic["calls"] * (2 if kind == "sum" else 1)
        sent = (processes - 1) * traffic["bytes"] / parts
        seconds += turns * turn + sent / bytes_per_second
    return seconds


def predicted(step, processes, options):
    turn = 2 * (options.delay_ms + options.wake_ms) / 1e3
    exchanged = exchange_seconds(step, processes, turn, options.rate_mbit * 1e6 / 8)
    return step["seconds"] / options.speed, exchanged


def measured(run, images, views):
    lines = [json.loads(line) for line in open(pathlib.Path(run) / "metrics.jsonl")]
    return min(images * views / line["images_per_second"] for line in lines[1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("traffic", help="lines of exchange_bench")
    parser.add_argument("--processes", type=int, required=True)
    parser.add_argument("--grown-to", type=int)
    parser.add_argument("--delay-ms", type=float, required=True, help="one way")
    parser.add_argument("--rate-mbit", type=float, required=True)
    parser.add_argument("--wake-ms", type=float, default=0.1)
    parser.add_argument("--speed", type=float, default=1, help="of a process, over the measured one")
    parser.add_argument("--run", help="a run of such a step, to compare with")
    options = parser.parse_args()
    for line in open(options.traffic):
        step = json.loads(line)
        if step["processes"] != options.processes:
            continue
        processes = options.grown_to or options.processes
        images = step["images"] * processes // options.processes
        computed, exchanged = predicted(step, processes, options)
        text = (f"{step['method']}, {images} images, {processes} processes, "
                f"{options.delay_ms:g} ms, {options.rate_mbit:g} Mbit/s: computing "
                f"{1e3 * computed:.1f} ms + exchange {1e3 * exchanged:.1f} ms = "
                f"{1e3 * (computed + exchanged):.1f} ms")
        if options.run:
            views = 1 if step["method"] == "supervised" else 2
            real = measured(options.run, step["images"], views)
            text += f"; measured {1e3 * real:.1f} ms: {100 * ((computed + exchanged) / real - 1):+.0f} %"
        print(text)


main()
