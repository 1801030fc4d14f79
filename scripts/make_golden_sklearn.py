#!/usr/bin/env python3
"""Write the golden values of scikit-learn and SciPy that the tests compare with.

    pip install scikit-learn==1.9.1
    python3 scripts/make_golden_sklearn.py    (writes into tests/golden)

Features and labels are made by formulas that the tests repeat where files would be large.
"""
import numpy as np
from scipy import stats
from scipy.spatial.distance import squareform
from sklearn import metrics
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import _t_sne
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelSpreading
from sklearn.utils.class_weight import compute_sample_weight

from golden_tools import numbers, save, wave

LOGISTIC_CASES = (
    {"name": "plain", "images": 60, "features": 5, "classes": 3, "power": 1, "l2": 0.05},
    {"name": "weak", "images": 60, "features": 5, "classes": 3, "power": 1, "l2": 1e-4},
    {"name": "imbalance", "images": 80, "features": 6, "classes": 4, "power": 4, "l2": 0.01},
    {"name": "two_classes", "images": 50, "features": 4, "classes": 2, "power": 1, "l2": 0.02},
    {"name": "constant", "images": 60, "features": 5, "classes": 3, "power": 1, "l2": 0.01},
    {"name": "duplicated", "images": 60, "features": 5, "classes": 3, "power": 1, "l2": 0.01},
    {"name": "wide", "images": 20, "features": 50, "classes": 3, "power": 1, "l2": 0.01},
    {"name": "balanced", "images": 80, "features": 6, "classes": 4, "power": 4, "l2": 0.01,
     "class_weight": "balanced"},
)


def logistic_data(case):
    """Features that tell of the labels; a high power makes the first classes frequent."""
    n, d, k = case["images"], case["features"], case["classes"]
    labels = np.floor((0.4999 * wave(n, 1.7, 0) + 0.5) ** case["power"] * k).astype(int)
    x = 4 * wave(n * d, 0.9, 0.3).reshape(n, d) + 2 + np.outer(labels, wave(d, 0.5, 0.2))
    if case["name"] == "constant":
        x[:, 1] = 0.1
    if case["name"] == "duplicated":
        x[:, 2] = x[:, 0]
    return x, labels


def logistic_case(case):
    x, labels = logistic_data(case)
    strength = 2 if case["classes"] == 2 else 1  # one sigmoid is the softmax of ±w/2
    x = StandardScaler().fit_transform(x)
    model = LogisticRegression(C=strength / (case["l2"] * len(x)), tol=1e-10, max_iter=100000,
                               class_weight=case.get("class_weight"))
    p = model.fit(x, labels).predict_proba(x)
    # The softmax weights of least norm, which any solver of our objective finds.
    weight = np.concatenate((-model.coef_, model.coef_)) / 2 if strength == 2 else model.coef_
    weights = compute_sample_weight(case.get("class_weight"), labels)
    loss = -np.mean(weights * np.log(p[np.arange(len(x)), labels]))
    return case | {"labels": [int(k) for k in labels], "cross_entropy": float(loss),
                   "objective": float(loss + case["l2"] / 2 * np.sum(weight**2)),
                   "probabilities": numbers(p)}


CLASSIFICATION_CASES = (
    {"name": "plain", "images": 60, "classes": 4, "labels_below": 4, "predicted_below": 4},
    {"name": "never_predicted", "images": 40, "classes": 4, "labels_below": 4, "predicted_below": 3},
    {"name": "no_images", "images": 40, "classes": 4, "labels_below": 3, "predicted_below": 4},
    {"name": "unused_class", "images": 40, "classes": 5, "labels_below": 3, "predicted_below": 3},
)


def nulls(values):
    return [None if np.isnan(v) else float(v) for v in values]


def classification_case(case):
    """scikit-learn with zero_division=nan; classes that don't occur at all are left out of means."""
    labels = np.floor((0.4999 * wave(case["images"], 1.7, 0) + 0.5) * case["labels_below"]).astype(int)
    predicted = np.floor(
        (0.4999 * wave(case["images"], 1.1, 0.4) + 0.5) * case["predicted_below"]).astype(int)
    every = dict(labels=range(case["classes"]), average=None, zero_division=np.nan)
    scores = {
        "precision": metrics.precision_score(labels, predicted, **every),
        "recall": metrics.recall_score(labels, predicted, **every),
        "f1": metrics.f1_score(labels, predicted, **every),
    }
    confusion = metrics.confusion_matrix(labels, predicted, labels=range(case["classes"]))
    union = confusion.sum(0) + confusion.sum(1) - np.diag(confusion)
    with np.errstate(invalid="ignore"):
        scores["iou"] = np.diag(confusion) / union
    return case | {name: nulls(values) for name, values in scores.items()} | {
        "labels": [int(k) for k in labels], "predicted": [int(k) for k in predicted],
        "accuracy": float(metrics.accuracy_score(labels, predicted)),
        "macro_precision": float(np.nanmean(scores["precision"])),
        "macro_recall": float(np.nanmean(scores["recall"])),
        "macro_f1": float(np.nanmean(scores["f1"])), "mean_iou": float(np.nanmean(scores["iou"])),
        "kappa": float(metrics.cohen_kappa_score(labels, predicted)),
        "confusion": [int(n) for n in confusion.ravel()]}


def calibration_case(images, classes):
    """Naive loops, and scikit-learn's Brier score summed over classes."""
    logits = 3 * wave(images * classes, 0.7, 0.2).reshape(images, classes)
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = np.floor((0.4999 * wave(images, 1.7, 0) + 0.5) * classes).astype(int)
    sure, right = p.max(1), p.argmax(1) == labels
    ece = sum(abs(right[inside].sum() - sure[inside].sum()) / images
              for b in range(15) if (inside := (sure > b / 15) & (sure <= (b + 1) / 15)).any())
    order = np.argsort(sure, kind="stable")
    part = np.arange(images) * 15 // images
    mass = sum(abs(right[order[part == b]].sum() - sure[order[part == b]].sum()) / images
               for b in range(15))
    brier = metrics.brier_score_loss(labels, p, labels=range(classes), scale_by_half=False)
    return {"classes": classes, "labels": [int(k) for k in labels],
            "probabilities": [float(v) for v in p.ravel()], "ece": float(ece),
            "ece_equal_mass": float(mass), "brier": float(brier)}


CLUSTER_CASES = (
    {"name": "apart", "points": 60, "features": 3, "classes": 4, "shift": 3.0},
    {"name": "mixed", "points": 80, "features": 5, "classes": 3, "shift": 0.3},
    {"name": "blocks", "points": 300, "features": 2, "classes": 5, "shift": 1.0},
)


def naive_dunn(x, labels):
    """With loops: smallest distance between two clusters over the largest within one."""
    gap, diameter = np.inf, 0.0
    for i in range(len(x)):
        for j in range(i):
            distance = np.sqrt(((x[i] - x[j]) ** 2).sum())
            if labels[i] == labels[j]:
                diameter = max(diameter, distance)
            else:
                gap = min(gap, distance)
    return float(gap / diameter)


def cluster_measures(x, labels):
    return {"silhouette": float(metrics.silhouette_score(x, labels)),
            "silhouettes": numbers(metrics.silhouette_samples(x, labels)),
            "dunn": naive_dunn(x, labels),
            "davies_bouldin": float(metrics.davies_bouldin_score(x, labels)),
            "calinski_harabasz": float(metrics.calinski_harabasz_score(x, labels))}


def cluster_case(case):
    n, d, k = case["points"], case["features"], case["classes"]
    labels = np.floor((0.4999 * wave(n, 1.7, 0) + 0.5) * k).astype(int)
    x = np.round(wave(n * d, 0.9, 0.3).reshape(n, d)
                 + case["shift"] * wave(k * d, 0.5, 0.2).reshape(k, d)[labels], 6)
    # Labels with every fifth changed: clusters that agree in part.
    clusters = np.where(np.arange(n) % 5 == 0, (labels + 1) % k, labels) + 2
    means = KMeans(k, n_init=2000, tol=0, random_state=0).fit(x)
    tables = metrics.cluster.contingency_matrix(labels, clusters)
    return case | {
        "x": [float(v) for v in x.ravel()], "labels": [int(v) for v in labels],
        "clusters": [int(v) for v in clusters],
        "of_labels": cluster_measures(x, labels), "of_clusters": cluster_measures(x, clusters),
        "k_means": {"k": k, "inertia": float(means.inertia_),
                    "clusters": [int(v) for v in means.labels_]},
        "purity": float(tables.max(axis=0).sum() / n),
        "nmi": float(metrics.normalized_mutual_info_score(labels, clusters)),
        "ari": float(metrics.adjusted_rand_score(labels, clusters))}


def mcnemar_case(first, second):
    test = stats.binomtest(min(first, second), first + second)
    return {"only_first": first, "only_second": second, "p_value": float(test.pvalue)}


def symmetric_graph(x, k):
    """1 where either of two points is among the other's k nearest."""
    distances = np.sqrt(((x[:, None] - x) ** 2).sum(-1))
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :k]
    w = np.zeros(distances.shape)
    w[np.arange(len(x))[:, None], nearest] = 1
    return np.maximum(w, w.T)


def spreading_case(points, k, classes, alpha):
    labels = np.floor((0.4999 * wave(points, 1.7, 0) + 0.5) * classes).astype(int)
    x = np.round(wave(points * 2, 0.9, 0.3).reshape(points, 2)
                 + wave(classes * 2, 0.5, 0.2).reshape(classes, 2)[labels], 6)
    labels[np.arange(points) % 6 > 0] = -1
    labels[:classes] = np.arange(classes)
    model = LabelSpreading(kernel=lambda a, b: symmetric_graph(a, k), alpha=alpha, max_iter=200000,
                           tol=1e-14)
    p = model.fit(x, labels).label_distributions_
    return {"points": points, "k": k, "classes": classes, "alpha": alpha,
            "x": [float(v) for v in x.ravel()], "labels": [int(v) for v in labels],
            "probabilities": numbers(p)}


def projection_case(n, d, perplexity):
    """t-SNE's own functions have no public names in scikit-learn."""
    x = wave(n * d, 0.9, 0.3).reshape(n, d) * (1 + np.arange(d))
    y = wave(2 * n, 1.3, 0.7).reshape(n, 2)
    p = _t_sne._joint_probabilities(metrics.pairwise_distances(x, squared=True), perplexity, 0)
    divergence, gradient = _t_sne._kl_divergence(y.ravel(), p, 1, n, 2)
    plane = PCA(2, svd_solver="full").fit_transform(x)
    plane *= np.sign(plane[np.abs(plane).argmax(axis=0), [0, 1]])
    return {"count": n, "features": d, "perplexity": perplexity, "plane": numbers(plane),
            "probabilities": numbers(squareform(p)), "divergence": float(divergence),
            "gradient": numbers(gradient)}


def main():
    save("logistic_regression.json", [logistic_case(case) for case in LOGISTIC_CASES])
    save("classification.json", [classification_case(case) for case in CLASSIFICATION_CASES])
    save("calibration.json", [calibration_case(70, 4), calibration_case(50, 2)])
    save("clusters.json", [cluster_case(case) for case in CLUSTER_CASES])
    save("projection.json", [projection_case(24, 4, 5), projection_case(20, 30, 6)])
    save("label_spreading.json", [spreading_case(90, 5, 3, 0.5), spreading_case(90, 5, 3, 0.9)])
    save("mcnemar.json", [mcnemar_case(*case) for case in (
        (1, 5), (10, 22), (213, 178), (40, 41), (3, 60), (1500, 1700))])


if __name__ == "__main__":
    main()
