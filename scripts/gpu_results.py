#!/usr/bin/env python3
"""What gpu_check.sh makes of its measurements (the standard library alone, but for `ceilings`).

    gpu_results.py ceilings                   copy and product rates of the GPU, through PyTorch
    gpu_results.py losses FOLDER SIDE OUT     compares the runs CONFIG-SIDE with CONFIG-reference
    gpu_results.py gather OUT FILE…           one JSON object of several files
    gpu_results.py table RESULTS WORK         the table of all that is known, to stdout
"""
import json
import pathlib
import statistics
import sys

# How far apart the first losses, and the means of all, may be: what differs in the last bit grows
# within ten steps; the means of 50 steps of SimCLR on one and on two threads were 0.9 % apart.
FIRST, MEAN = 1e-3, 3e-2


def ceilings():
    import torch

    def best(work, each=10):
        work()
        times = []
        for _ in range(5):
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
            for _ in range(each):
                work()
            end.record()
            torch.cuda.synchronize()
            times.append(start.elapsed_time(end) / each / 1000)
        return min(times)

    print(f"PyTorch {torch.__version__}, CUDA {torch.version.cuda}, "
          f"cuDNN {torch.backends.cudnn.version()}")
    if not torch.cuda.is_available():
        sys.exit("no GPU for PyTorch")
    source = torch.ones(1 << 30, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    print(f"copy: {2 * source.numel() / best(lambda: target.copy_(source)) / 1e12:.2f} TB/s")
    for name, kind in (("bf16", torch.bfloat16), ("fp32", torch.float32)):
        a = torch.randn(8192, 8192, device="cuda").to(kind)
        print(f"{name} product: {2 * 8192**3 / best(lambda: a @ a) / 1e12:.0f} TFLOP/s")


def losses_of(run):
    lines = (run / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line)["train"]["loss"] for line in lines]


def compare_losses(folder, side, out):
    result = {}
    for run in sorted(folder.glob(f"*-{side}")):
        config = run.name.removesuffix(f"-{side}")
        ours, reference = losses_of(run), losses_of(folder / f"{config}-reference")
        apart = [abs(a - b) / abs(b) for a, b in zip(ours, reference)]
        mean = abs(sum(ours) - sum(reference)) / sum(reference)
        result[config] = {
            "steps": len(ours), "first_apart": apart[0], "largest_apart": max(apart),
            "mean_apart": mean, "losses": ours, "reference": reference,
            "passed": len(ours) == len(reference) and apart[0] <= FIRST and mean <= MEAN}
    out.write_text(json.dumps(result, indent=1))
    bad = [config for config, found in result.items() if not found["passed"]]
    if bad or not result:
        sys.exit(f"losses of {', '.join(bad) or 'no config'} differ: see {out.name}")


def gather(out, files):
    found = {}
    for file in files:
        try:
            found[file.stem] = json.loads(file.read_text())
        except (OSError, json.JSONDecodeError):
            continue  # of a stage that has not come so far
    out.write_text(json.dumps(found, indent=1))


def read(path):
    return json.loads(path.read_text()) if path.exists() else {}


def use_of_gpu(path):
    """Median utilization of the GPU and of its memory, highest MiB, while it worked."""
    rows = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            rows.append([float(cell) for cell in line.split(",")])
        except ValueError:
            continue
    busy = [row for row in rows if len(row) == 4 and row[0] > 0]
    if not busy:
        return ""
    gpu, memory, mib, watts = zip(*busy)
    return (f"{statistics.median(gpu):.0f} %, memory {statistics.median(memory):.0f} %, "
            f"{max(mib):,.0f} MiB, {statistics.median(watts):.0f} W")


def print_rows(head, rows):
    if not rows:
        return
    print("\n| " + " | ".join(head) + " |")
    print("|---" * len(head) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


def loss_rows(results):
    for config, found in read(results / "losses.json").items():
        yield [config, str(found["steps"]), f"{100 * found['first_apart']:.4f} %",
               f"{100 * found['largest_apart']:.2f} %", f"{100 * found['mean_apart']:.3f} %",
               "yes" if found["passed"] else "NO"]


def bench_rows(results, work):
    for name, found in read(results / "bench.json").items():
        config = name.removeprefix("bench-")
        stages = " / ".join(f"{found[stage]['median_ms']:.2f}" for stage in
                            ("augment", "forward", "loss", "backward", "optimizer"))
        ceiling = found["ceilings"]
        yield [config, f"{found['end_to_end']['images_per_second']:,.0f}",
               f"{found['end_to_end']['median_ms']:.2f}", stages,
               f"{found['step']['gflops'] / ceiling['gflops']:.0%} of {ceiling['gflops']:,.0f}",
               f"{found['augment']['gb_per_s'] / ceiling['copy_gb_per_s']:.0%} of "
               f"{ceiling['copy_gb_per_s']:,.0f}",
               f"{found['precision']}, {found['device']}",
               use_of_gpu(work / f"bench-{config.removesuffix('-free')}.gpu.csv")]


def peer_rows(results):
    ours = read(results / "bench.json").get("bench-report_simclr")
    for name, found in read(results / "pytorch.json").items():
        ratio = (f"{ours['end_to_end']['images_per_second'] / found['images_per_second']:.2f}×"
                 if ours else "")
        yield [name.removeprefix("pytorch-"), f"{found['images_per_second']:,.0f}",
               f"{found['median_ms']:.2f}", f"{found['first_step_seconds']:.1f}", ratio]


def accuracy(part):
    return f"{100 * part['accuracy']:.2f} %" if part and part.get("accuracy") is not None else ""


def run_rows(results, work):
    for name, found in read(results / "runs.json").items():
        judged = found.get("test") or (found.get("probe") or {}).get("validation")
        yield [name, f"{found['seconds']:.1f}", f"{found.get('images_per_second') or 0:,.0f}",
               accuracy(judged), accuracy(found.get("contrastive")), accuracy(found.get("knn")),
               use_of_gpu(work / f"{name}.gpu.csv")]


def table(results, work):
    for file in (work / "version.txt", results / "machine.txt", results / "stages.txt"):
        if file.exists():
            print(file.read_text().rstrip() + "\n")
    print_rows(["losses, fp32", "steps", "first apart", "largest", "mean of all", "alike"],
               list(loss_rows(results)))
    print_rows(["bench", "images/s", "ms a step", "augment / forward / loss / backward / optimizer",
                "GFLOP/s", "augment GB/s", "", "GPU"], list(bench_rows(results, work)))
    print_rows(["PyTorch, report_simclr, bf16", "views/s", "ms a step", "first step, s", "ours beside it"],
               list(peer_rows(results)))
    print_rows(["run", "seconds", "images/s", "accuracy (test; SimCLR: probe)", "contrastive", "kNN",
                "GPU"], list(run_rows(results, work)))


def main():
    what, *words = sys.argv[1:] or ["help"]
    paths = [pathlib.Path(word) for word in words]
    if what == "ceilings" and not words:
        ceilings()
    elif what == "losses" and len(words) == 3:
        compare_losses(paths[0], words[1], paths[2])
    elif what == "gather" and words:
        gather(paths[0], paths[1:])
    elif what == "table" and len(words) == 2:
        table(*paths)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
