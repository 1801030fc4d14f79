"""A step of our configs in Keras on TensorFlow, as a user of Keras writes it. Prints one line of JSON."""
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from recipe import (SIDE, STEPS, TEMPERATURE, UNLABELED, UNLABELED_IMAGES, WIDTH, Clock,
                    arguments, classes, photographs)


class Crop(layers.Layer):
    """One random crop for each image, resized by one projective transform of the batch."""

    def __init__(self, a):
        super().__init__(dtype="float32")
        self.a = a

    def call(self, images):
        count = tf.shape(images)[0]
        area = tf.random.uniform((count,), *self.a.scale)
        ratio = tf.exp(tf.random.uniform((count,), *np.log(self.a.ratio)))
        h, w = tf.minimum(tf.sqrt(area / ratio), 1.0), tf.minimum(tf.sqrt(area * ratio), 1.0)
        top, left = tf.random.uniform((count,)) * (1 - h), tf.random.uniform((count,)) * (1 - w)
        zero = tf.zeros_like(h)
        matrix = tf.stack((w, zero, left * SIDE, zero, h, top * SIDE, zero, zero), axis=1)
        return tf.raw_ops.ImageProjectiveTransformV3(
            images=images, transforms=matrix, output_shape=(SIDE, SIDE), fill_value=0.0,
            interpolation="BILINEAR", fill_mode="REFLECT")


class Colors(layers.Layer):
    """Brightness, contrast, saturation, hue and gray, with one random strength for each image."""

    def __init__(self, a):
        super().__init__(dtype="float32")
        self.a = a

    def call(self, images):
        a = self.a
        count = tf.shape(images)[0]

        def strength(spread, middle=1.0):
            return tf.random.uniform((count, 1, 1, 1), middle - spread, middle + spread)

        def chosen(probability, yes, no):
            if probability == 0:
                return no
            if probability == 1:
                return yes
            return tf.where(tf.random.uniform((count, 1, 1, 1)) < probability, yes, no)

        def blend(x, y, amount):
            return tf.clip_by_value(amount * x + (1 - amount) * y, 0.0, 1.0)

        x = tf.clip_by_value(images * strength(a.jitter[0]), 0.0, 1.0)
        mean = tf.reduce_mean(tf.image.rgb_to_grayscale(x), axis=(1, 2), keepdims=True)
        x = blend(x, mean, strength(a.jitter[1]))
        x = blend(x, tf.image.rgb_to_grayscale(x), strength(a.jitter[2]))
        h, s, v = tf.split(tf.image.rgb_to_hsv(x), 3, axis=-1)
        h = tf.math.floormod(h + strength(a.jitter[3], 0.0), 1.0)
        x = chosen(a.jitter_probability, tf.image.hsv_to_rgb(tf.concat((h, s, v), axis=-1)), images)
        gray = tf.image.grayscale_to_rgb(tf.image.rgb_to_grayscale(x))
        return chosen(a.grayscale, gray, x)


def augmenter(a):
    steps = [layers.Input((SIDE, SIDE, 3)), layers.Rescaling(1 / 255, dtype="float32"),
             layers.RandomFlip("horizontal", dtype="float32"), Crop(a), Colors(a)]
    if a.noise:
        steps.append(layers.GaussianNoise(a.noise, dtype="float32"))
    return keras.Sequential(steps, name="augmenter")


def encoder(step):
    stack = [layers.Input((SIDE, SIDE, 3))]
    for layer in range(4):
        stack.append(layers.Conv2D(WIDTH, 3, strides=2, use_bias=not step.batch_norm,
                                   padding="same" if step.same_padding else "valid",
                                   activation=None if step.batch_norm else "relu"))
        if step.batch_norm:
            stack += [layers.BatchNormalization(), layers.ReLU()]
        if step.pools and layer < 3:
            stack.append(layers.MaxPool2D(2))
    stack.append(layers.Flatten())
    if step.dense:
        stack.append(layers.Dense(WIDTH, activation="relu"))
    return keras.Sequential(stack, name="encoder")


def projection(step, features):
    hidden = [layers.Dense(step.hidden, activation="relu")]
    if step.batch_norm:
        hidden = [layers.Dense(step.hidden, use_bias=False), layers.BatchNormalization(), layers.ReLU()]
    return keras.Sequential([layers.Input((features,)), *hidden,
                             layers.Dense(WIDTH, dtype="float32")], name="projection")


class Contrastive(keras.Model):
    """SimCLR with the report's loss, and a linear probe beside it that trains nothing else."""

    def __init__(self, step):
        super().__init__()
        self.strong, self.weak = augmenter(step.strong), augmenter(step.weak)
        self.encoder = encoder(step)
        features = self.encoder.output_shape[1]
        self.head = projection(step, features)
        self.probe = keras.Sequential([layers.Input((features,)),
                                       layers.Dense(step.outputs, dtype="float32")])
        self.all_negatives = step.all_negatives
        self.cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def compile(self):
        super().compile()
        self.contrast_optimizer, self.probe_optimizer = keras.optimizers.Adam(), keras.optimizers.Adam()
        self.contrast_optimizer.build(self.encoder.trainable_variables + self.head.trainable_variables)
        self.probe_optimizer.build(self.probe.trainable_variables)

    def nt_xent(self, one, two):
        count = tf.shape(one)[0]
        if not self.all_negatives:  # the other view among those of the other images' other views
            similar = tf.matmul(one, two, transpose_b=True) / TEMPERATURE
            target = tf.range(count)
            logits = tf.concat((similar, tf.transpose(similar)), 0)
            return self.cross_entropy(tf.concat((target, target), 0), logits)
        both = tf.concat((one, two), 0)
        similar = tf.matmul(both, both, transpose_b=True) / TEMPERATURE
        similar = tf.linalg.set_diag(similar, tf.fill((2 * count,), -1e9))
        return self.cross_entropy(tf.concat((tf.range(count) + count, tf.range(count)), 0), similar)

    def train_step(self, data):
        unlabeled, (labeled, labels) = data
        images = tf.concat((unlabeled, labeled), axis=0)
        views = tf.concat([self.strong(images, training=True) for _ in range(2)], 0)
        weights = self.encoder.trainable_variables + self.head.trainable_variables
        with tf.GradientTape() as tape:
            projected = self.head(self.encoder(views, training=True), training=True)
            one, two = tf.split(tf.math.l2_normalize(projected, axis=1), 2)
            loss = self.nt_xent(one, two)
        self.contrast_optimizer.apply(tape.gradient(loss, weights), weights)
        features = self.encoder(self.weak(labeled, training=True), training=False)
        with tf.GradientTape() as tape:
            probe_loss = self.cross_entropy(labels, self.probe(features))
        weights = self.probe.trainable_variables
        self.probe_optimizer.apply(tape.gradient(probe_loss, weights), weights)
        return {"loss": loss, "probe_loss": probe_loss}


class Ends(keras.callbacks.Callback):
    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    def on_train_batch_end(self, batch, logs=None):
        self.clock.step_ended()


def classifier(step):
    model = keras.Sequential([augmenter(step.weak), encoder(step),
                              layers.Dense(step.outputs, dtype="float32")])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam()
    if step.weight_decay:
        optimizer = keras.optimizers.AdamW(weight_decay=step.weight_decay)
    if step.smoothing:
        smooth = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=step.smoothing)

        def loss(labels, logits):
            return smooth(tf.one_hot(tf.cast(tf.reshape(labels, (-1,)), tf.int32), step.outputs), logits)
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    return model


def batches(arrays, size):
    data = tf.data.Dataset.from_tensor_slices(arrays)
    return data.shuffle(5000).repeat().batch(size, drop_remainder=True)


def main():
    args = arguments()
    if args.encoder or args.size != SIDE:
        sys.exit("this peer has the configs' own encoders alone, at 96 pixels")
    if args.precision == "bf16":
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    step = STEPS[args.step]
    batch = args.batch_size or step.batch
    labeled = batches((photographs(args.data_dir, "train"), classes(args.data_dir)), batch)
    if step.contrastive:
        unlabeled = batches(photographs(args.data_dir, "unlabeled", UNLABELED_IMAGES), UNLABELED)
        model, data, images = Contrastive(step), tf.data.Dataset.zip((unlabeled, labeled)), 2 * (UNLABELED + batch)
        model.compile()
    else:
        model, data, images = classifier(step), labeled, batch
    clock = Clock(args, images)
    model.fit(data.prefetch(tf.data.AUTOTUNE), epochs=1, verbose=0, shuffle=False,
              steps_per_epoch=args.warmup_steps + args.measured_steps, callbacks=[Ends(clock)])
    clock.report(f"Keras {keras.__version__}, TensorFlow {tf.__version__}")


if __name__ == "__main__":
    main()
