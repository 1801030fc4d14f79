#!/usr/bin/env python3
"""Write the golden values of Keras, PyTorch and lightly that the tests compare with.

    pip install tensorflow-cpu==2.21.0 keras==3.15.1 torch==2.11.0 lightly==1.6.0
    python3 scripts/make_golden.py            (writes into tests/golden)

Images and weights are made by formulas that the tests repeat, so the files hold results only.
"""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
import torch
from keras import layers
from lightly.loss import NTXentLoss

from golden_tools import embeddings, numbers, save, wave

WIDTH, OUTPUTS, IMAGES = 4, 6, 3


def images():
    """(N, 96, 96, 3) in [0, 1]."""
    return (0.5 + 0.5 * wave(IMAGES * 96 * 96 * 3, 0.37, 0.1)).reshape(IMAGES, 96, 96, 3)


def encoder(pools, padding):
    model = keras.Sequential([layers.Input((96, 96, 3))])
    for layer in range(4):
        model.add(layers.Conv2D(WIDTH, 3, strides=2, padding=padding, activation="relu"))
        if pools and layer < 3:
            model.add(layers.MaxPool2D(2))
    model.add(layers.Flatten())
    model.add(layers.Dense(WIDTH, activation="relu"))
    model.add(layers.Dense(OUTPUTS))
    return model


def set_weights(model):
    """Kernel k of the model: 1.2 / sqrt(fan in) * wave; bias k: 0.1 * wave."""
    for k, weight in enumerate(model.weights):
        shape = weight.shape
        scale = 1.2 / np.sqrt(np.prod(shape[:-1])) if len(shape) > 1 else 0.1
        values = scale * wave(int(np.prod(shape)), 0.61 + 0.07 * k, 0.3 * k)
        weight.assign(values.reshape(shape).astype(np.float32))


def conv4_case(pools, padding):
    model = encoder(pools, padding)
    set_weights(model)
    x = tf.constant(images().astype(np.float32))
    labels = tf.constant([1, 4, 2])
    with tf.GradientTape() as tape:
        logits = model(x)
        loss = tf.reduce_mean(
            keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    return {
        "pools": pools,
        "padding": padding,
        "logits": numbers(logits),
        "loss": float(loss),
        "gradients": [numbers(g) for g in gradients],
        "shapes": [list(g.shape) for g in gradients],
    }


def report_parameters():
    """Parameter count of the report's encoder, 128 wide, without the classifier."""
    global WIDTH
    narrow, WIDTH = WIDTH, 128
    counts = {}
    for pools, padding in ((True, "same"), (False, "valid"), (False, "same")):
        model = encoder(pools, padding)
        classifier = 128 * OUTPUTS + OUTPUTS
        counts[f"pools={pools} padding={padding}"] = model.count_params() - classifier
    WIDTH = narrow
    return counts


def optimizer_steps(optimizer):
    """A weight of 4 values and the values after each of 6 steps with given gradients."""
    weight = keras.Variable(np.array([0.5, -0.25, 1.0, 0.0], dtype=np.float32))
    optimizer.build([weight])
    trajectory = []
    for step in range(6):
        scale = 10.0 ** (step - 6)  # small gradients show where epsilon is added
        gradient = (scale * wave(4, 0.9 + step, 0.2)).astype(np.float32)
        optimizer.apply([tf.constant(gradient)], [weight])
        trajectory.append(numbers(weight.numpy()))
    return trajectory


def nt_xent_keras(one, two, temperature):
    """The loss of the public Keras reference (beresandras/contrastive-classification-keras)."""
    one, two = (tf.Variable(z.astype(np.float32)) for z in (one, two))
    target = tf.range(one.shape[0])
    with tf.GradientTape() as tape:
        similar = tf.matmul(tf.math.l2_normalize(one, axis=1), tf.math.l2_normalize(two, axis=1),
                            transpose_b=True) / temperature
        both, targets = tf.concat((similar, tf.transpose(similar)), 0), tf.concat((target, target), 0)
        loss = tf.reduce_mean(
            keras.losses.sparse_categorical_crossentropy(targets, both, from_logits=True))
    accuracy = keras.metrics.SparseCategoricalAccuracy()
    accuracy.update_state(targets, both)
    return {"loss": float(loss), "correct": round(float(accuracy.result()) * 2 * one.shape[0]),
            "gradient": numbers(tape.gradient(loss, one))}


def nt_xent_lightly(one, two, temperature):
    one, two = (torch.tensor(z, requires_grad=True) for z in (one, two))
    loss = NTXentLoss(temperature)(one, two)
    loss.backward()
    return {"loss": loss.item(), "gradient": numbers(one.grad.numpy())}


def nt_xent_cases():
    cases = []
    for count, dimensions, temperature in ((2, 3, 0.5), (7, 4, 0.1), (16, 8, 0.2), (5, 6, 1.0)):
        one, two = embeddings(count, dimensions)
        cases.append({"images": count, "dimensions": dimensions, "temperature": temperature,
                      "keras": nt_xent_keras(one, two, temperature),
                      "lightly": nt_xent_lightly(one, two, temperature)})
    return cases


def main():
    cases = [conv4_case(True, "same"), conv4_case(False, "same"), conv4_case(False, "valid")]
    save("conv4_keras.json", {"cases": cases, "parameters_at_width_128": report_parameters()})
    save("optimizers_keras.json", {
        "adam": optimizer_steps(keras.optimizers.Adam(1e-2)),
        "adamw": optimizer_steps(keras.optimizers.AdamW(1e-2, weight_decay=0.1)),
        "sgd": optimizer_steps(keras.optimizers.SGD(1e-2, momentum=0.9)),
    })
    save("nt_xent.json", nt_xent_cases())


if __name__ == "__main__":
    main()
