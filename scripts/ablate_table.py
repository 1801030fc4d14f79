#!/usr/bin/env python3
"""Usage: ablate_table.py FOLDER RUN…: what scripts/ablate.sh left there, as Markdown tables.

Of the runs named, in their order, those that have ended; FOLDER/curves.svg shows the long ones.

Accuracies in percent. kNN and the online probe are of the held-out training images; the tuned probe
is cross-validated inside the training labels, with the standard deviation that so many images give.
Test accuracy is the tuned probe's at the tap `dense`; it chooses nothing.
"""
import json
import pathlib
import sys

TAPS = ("dense", "flat", "pooled", "layers")


def load(path):
    return json.loads(path.read_text()) if path.exists() else None


def percent(value, digits=1):
    return "–" if value is None else f"{100 * value:.{digits}f}"


def row(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def print_table(head, rows):
    rows = list(map(row, rows))
    if rows:
        print("\n".join([row(head), "|" + "---|" * len(head), *rows]) + "\n")


def epochs_of(run):
    lines = (run / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def cross_validated(run, tap):
    summary = finished(run / f"probe-{tap}")
    return summary["best"]["accuracy"] if summary else None


def finished(run):
    summary = load(run / "summary.json")
    return summary if summary and summary["status"] == "done" else None


def cell_row(run):
    epochs = epochs_of(run)
    last, train = epochs[-1], epochs[-1]["train"]
    views = 2 * sum(epoch["train"]["count"] for epoch in epochs)
    seconds = load(run / "summary.json")["seconds"]
    accuracies = [cross_validated(run, tap) for tap in TAPS]
    probe = finished(run / "probe-dense")
    validation = last.get("validation", {})
    return [run.name, f"{views:,}", f"{seconds:,.0f}",
            f"{percent(train['contrastive_accuracy'], 2)} ({percent(last['contrastive_chance'], 2)})",
            percent(train["feature_contrastive_accuracy"], 2),
            f"{last['features']['effective_rank']:.1f}",
            percent(validation.get("knn_accuracy")), percent(validation.get("probe_accuracy")),
            *map(percent, accuracies), percent(probe["test"]["accuracy"]) if probe else "–"]


def pair_row(path):
    comparison = load(path / "summary.json")["comparisons"][0]
    low, high = comparison["interval"]
    return [path.name, f"{100 * comparison['difference']:+.1f}",
            f"{100 * low:+.1f} to {100 * high:+.1f}"]


def floor_rows(folder):
    for path in sorted(folder.glob("report-*/probe-dense/summary.json")):
        for name, floor in load(path).get("floors", {}).items():
            yield [name.replace("_", " "), percent(floor["held_out_accuracy"]),
                   percent(floor["accuracy"])]
        naive = load(path.parent.parent / "naive" / "summary.json")
        if naive:
            yield [f"{path.parent.parent.name}, `linear-probe --optimizer adam`", "–",
                   percent(naive["test"]["accuracy"])]


COLOURS = {"contrastive": "#0072b2", "kNN": "#009e73", "online probe": "#d55e00"}
REPORT = {"contrastive": 0.9976, "online probe": 0.3365}  # where its run ended
STYLE = """<style>text{font:12px system-ui,sans-serif;fill:#24292f}.grid{stroke:#d0d7de}
.back{fill:#fff}polyline{fill:none;stroke-width:2}@media(prefers-color-scheme:dark){
text{fill:#e6edf3}.grid{stroke:#30363d}.back{fill:#0d1117}}</style>"""


def chart(run, left, width, height):
    """Accuracies of one run over its views, from 0 to 100 %."""
    epochs = epochs_of(run)
    views, total = [], 0
    for epoch in epochs:
        total += 2 * epoch["train"]["count"]
        views.append(total)
    curves = {"contrastive": [epoch["train"]["contrastive_accuracy"] for epoch in epochs],
              "kNN": [epoch["validation"]["knn_accuracy"] for epoch in epochs],
              "online probe": [epoch["validation"]["probe_accuracy"] for epoch in epochs]}

    def y(value):
        return height - 40 - value * (height - 80)

    svg = [f'<text x="{left}" y="20">{run.name.rsplit("-", 1)[0]}</text>']
    for value in (0, 0.25, 0.5, 0.75, 1):
        svg.append(f'<line class="grid" x1="{left}" x2="{left + width}" y1="{y(value)}" y2="{y(value)}"/>'
                   f'<text x="{left - 6}" y="{y(value) + 4}" text-anchor="end">{100 * value:.0f}</text>')
    for name, value in REPORT.items():
        svg.append(f'<line stroke="{COLOURS[name]}" stroke-dasharray="2 4" x1="{left}" '
                   f'x2="{left + width}" y1="{y(value)}" y2="{y(value)}"/>')
    for name, values in curves.items():
        points = " ".join(f"{left + width * v / total:.1f},{y(a):.1f}" for v, a in zip(views, values))
        svg.append(f'<polyline points="{points}" stroke="{COLOURS[name]}"/>')
    svg.append(f'<text x="{left + width}" y="{height - 20}" text-anchor="end">'
               f'{total / 1e6:.1f} million views</text>')
    return "\n".join(svg)


def draw(runs):
    """Runs side by side, as SVG."""
    width, height, gap = 260, 300, 50
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{len(runs) * (width + gap) + 20}" '
           f'height="{height + 20}" role="img">',
           "<title>Contrastive accuracy, kNN and online probe over views, in percent</title>", STYLE,
           '<rect class="back" width="100%" height="100%"/>']
    svg += [chart(run, gap + i * (width + gap), width, height) for i, run in enumerate(runs)]
    for i, (name, colour) in enumerate(COLOURS.items()):
        svg.append(f'<text x="{gap + 120 * i}" y="{height + 8}" style="fill:{colour}">{name}</text>')
    return "\n".join(svg) + "\n</svg>\n"


def main():
    folder = pathlib.Path(sys.argv[1])
    runs = list(filter(finished, (folder / name for name in sys.argv[2:])))
    print_table(["run", "views", "seconds", "contrastive (chance)", "by features", "rank", "kNN",
                 "online probe", *TAPS, "test"], map(cell_row, runs))
    print_table(["floor", "cross-validated", "test"], floor_rows(folder))
    long_runs = [run for run in runs if run.name.startswith("report")]
    if long_runs:
        (folder / "curves.svg").write_text(draw(long_runs))
    pairs = [path.parent for path in sorted(folder.glob("pairs/*/summary.json"))]
    print_table(["pair", "points", "95 %"], map(pair_row, pairs))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main()
