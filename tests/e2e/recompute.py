"""Recomputes the figures of an eval run from its files with scikit-learn: recompute.py RUN.

Accuracy, precision, recall, F1, IoU, kappa, ECE and Brier score come from predictions.csv; silhouette,
Davies-Bouldin, Calinski-Harabasz, purity, NMI, ARI and continuity from features.safetensors. Prints one line a
figure; the exit code is 1 where one differs from summary.json.
"""
import csv
import json
import pathlib
import sys

import numpy as np
import safetensors.numpy
from sklearn import metrics, neighbors

run = pathlib.Path(sys.argv[1])
summary = json.loads((run / "summary.json").read_text())
differing = 0


def compare(name, found, expected, tolerance=1e-6):
    """Undefined is null in the summary and NaN here."""
    global differing
    if found is None:
        same = np.isnan(expected)
    else:
        same = abs(found - expected) <= tolerance * max(1, abs(expected))
    differing += not same
    print(f"{'same' if same else 'DIFFERS'} {name}: {found} in the summary, {expected} here")


def evaluate_predictions(test):
    with open(run / "predictions.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "test"]
    classes = sum(name.startswith("p") and name[1:].isdigit() for name in rows[0])
    labels = np.array([int(row["label"]) for row in rows])
    predicted = np.array([int(row["predicted"]) for row in rows])
    p = np.array([[float(row[f"p{k}"]) for k in range(classes)] for row in rows])
    p /= p.sum(axis=1, keepdims=True)  # nine digits are not all of a float32 sum
    compare("count", test["count"], len(rows))
    compare("accuracy", test["accuracy"], metrics.accuracy_score(labels, predicted))
    compare("kappa", test["kappa"], metrics.cohen_kappa_score(labels, predicted))
    every = dict(labels=range(classes), average=None, zero_division=np.nan)
    scores = {
        "precision": metrics.precision_score(labels, predicted, **every),
        "recall": metrics.recall_score(labels, predicted, **every),
        "f1": metrics.f1_score(labels, predicted, **every),
    }
    confusion = metrics.confusion_matrix(labels, predicted, labels=range(classes))
    compare("confusion", 0, np.abs(confusion - np.array(test["confusion"])).max())
    union = confusion.sum(axis=0) + confusion.sum(axis=1) - np.diag(confusion)
    scores["iou"] = np.diag(confusion) / np.where(union > 0, union, np.nan)
    for name, values in scores.items():
        for k, value in enumerate(values):
            compare(f"{name} of class {k}", test["classes"][k][name], value)
        compare(f"mean {name}", test["mean_iou" if name == "iou" else f"macro_{name}"],
                np.nanmean(values))
    top5 = metrics.top_k_accuracy_score(labels, p, k=5, labels=range(classes)) \
        if classes > 5 else np.nan
    compare("top-5", test["top5"], top5)
    compare("Brier", test["brier"], metrics.brier_score_loss(
        labels, p, labels=range(classes), scale_by_half=False))
    sure, right = p.max(axis=1), predicted == labels
    bins = np.ceil(sure * 15) - 1
    ece = sum(abs(right[bins == b].sum() - sure[bins == b].sum()) for b in range(15)) / len(rows)
    compare("ECE", test["ece"], ece)


def judge_features(features):
    points = safetensors.numpy.load_file(run / "features.safetensors")
    x = points["features"].astype(np.float64)
    labels, clusters = points["labels"], points["clusters"]
    compare("points", features["count"], len(x))
    for name, found, by in (("labels", features, labels), ("k-means", features["kmeans"], clusters)):
        compare(f"silhouette of {name}", found["silhouette"], metrics.silhouette_score(x, by))
        compare(f"Davies-Bouldin of {name}", found["davies_bouldin"],
                metrics.davies_bouldin_score(x, by))
        compare(f"Calinski-Harabasz of {name}", found["calinski_harabasz"],
                metrics.calinski_harabasz_score(x, by))
    table = metrics.cluster.contingency_matrix(labels, clusters)
    compare("purity", features["purity"], table.max(axis=0).sum() / len(x))
    compare("NMI", features["nmi"], metrics.normalized_mutual_info_score(labels, clusters))
    compare("ARI", features["ari"], metrics.adjusted_rand_score(labels, clusters))


def judge_continuity(assumptions):
    """Neighbours on the unit sphere that have the same label."""
    points = safetensors.numpy.load_file(run / "features.safetensors")
    x, labels = points["features"].astype(np.float64), points["labels"]
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    counts, n = np.bincount(labels), len(labels)
    chance = (counts * (counts - 1)).sum() / (n * (n - 1))
    by_rank = assumptions["continuity"]["by_rank"]
    nearest = neighbors.NearestNeighbors(n_neighbors=len(by_rank)).fit(x)
    agree = (labels[nearest.kneighbors(return_distance=False)] == labels[:, None]).mean(axis=0)
    compare("chance agreement", assumptions["continuity"]["chance"], chance)
    for rank, share in enumerate(agree):
        compare(f"agreement with neighbour {rank + 1}", by_rank[rank], share)
    compare("continuity", assumptions["verdicts"][0]["value"],
            (agree.mean() - chance) / (1 - chance))


if summary["test"] is not None:
    evaluate_predictions(summary["test"])
if summary["features"] is not None:
    judge_features(summary["features"])
if "assumptions" in summary:
    judge_continuity(summary["assumptions"])
sys.exit(differing > 0)
