"""Train, save, load, export and serve a digit classifier: `python samples/digits/main.py`.

Real input: scikit-learn's 1,797 handwritten digits, a fifth of them held out. All it writes is in `out/`.
"""

import argparse
import pathlib
import subprocess
import sys
import time

import matplotlib
import numpy as np
from network import DigitNet, accuracy
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tqdm import tqdm

import paddlelite as paddle
import paddlelite.nn.functional as F

HERE = pathlib.Path(__file__).parent


def digits():
    """Training and test images [n, 1, 8, 8] with their labels."""
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 1, 8, 8).astype("float32")
    return train_test_split(images, labels.astype("int64"), test_size=0.2, random_state=0, stratify=labels)


def train(net, images, labels, epochs):
    data = paddle.io.TensorDataset([paddle.to_tensor(images), paddle.to_tensor(labels)])
    loader = paddle.io.DataLoader(data, batch_size=64, shuffle=True)
    rate = paddle.optimizer.lr.CosineAnnealingDecay(learning_rate=3e-3, T_max=epochs * len(loader))
    optimizer = paddle.optimizer.Adam(learning_rate=rate, parameters=net.parameters())
    net.train()
    progress = tqdm(total=epochs * len(loader), unit="step", desc="training")
    for _ in range(epochs):
        for x, y in loader:
            loss = F.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
            optimizer.clear_grad()
            rate.step()
            progress.update()
            progress.set_postfix(loss=f"{float(loss):.3f}", refresh=False)
    progress.close()


def timed(model, images):
    """The scores of `images` and the median milliseconds an image took."""
    taken = []
    with paddle.no_grad():
        scores = model(images)
        for _ in range(30):
            start = time.perf_counter()
            model(images)
            taken.append(time.perf_counter() - start)
    return scores, float(np.median(taken)) * 1e3 / len(images)


def eagerly(net, images):
    """The same, without the graph: every operation at once, in NumPy."""
    paddle.jit.enable_to_static(False)
    try:
        return timed(net, images)
    finally:
        paddle.jit.enable_to_static(True)


def served(model, images, out):
    """The same, by a second process that has only NumPy and onnxruntime."""
    np.save(out / "images.npy", images.numpy())
    command = [sys.executable, HERE / "serve.py", model, out / "images.npy", out / "scores.npy"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return paddle.to_tensor(np.load(out / "scores.npy")), float(answer.stdout)


def table(results, labels):
    """One line for each way of running: accuracy, largest difference from eager, milliseconds an image."""
    eager = results["eager"][0].numpy()
    lines = [f"{'':<22}{'accuracy':>10}{'max |Δ|':>12}{'ms/image':>12}"]
    for name, (scores, milliseconds) in results.items():
        difference = np.abs(scores.numpy() - eager).max()
        lines.append(f"{name:<22}{accuracy(scores, labels):>10.2%}{difference:>12.1e}{milliseconds:>12.4f}")
    return "\n".join(lines)


def picture(images, labels, scores, file):
    """A grid of test digits with what they were taken for; mistakes first, in red."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    guesses = scores.numpy().argmax(axis=1)
    order = np.argsort(guesses == labels, kind="stable")[:60]
    figure, axes = pyplot.subplots(6, 10, figsize=(10, 7))
    for axis, index in zip(axes.ravel(), order):
        right = guesses[index] == labels[index]
        axis.imshow(images[index, 0], cmap="gray_r")
        axis.set_title(
            f"{guesses[index]}" if right else f"{guesses[index]}, not {labels[index]}",
            color="black" if right else "red",
            fontsize=10,
        )
        axis.axis("off")
    figure.tight_layout()
    figure.savefig(file, dpi=80)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "out")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    paddle.seed(2026)
    train_images, test_images, train_labels, test_labels = digits()
    net = DigitNet()
    train(net, train_images, train_labels, options.epochs)

    net.eval()
    saved = str(options.out / "digits")
    paddle.jit.save(net, saved)
    loaded = paddle.jit.load(saved)
    loaded.eval()
    paddle.onnx.export(net, saved)

    images = paddle.to_tensor(test_images)
    results = {
        "eager": eagerly(net, images),
        "to_static": timed(net, images),
        "jit.save + jit.load": timed(loaded, images),
        "ONNX, second process": served(f"{saved}.onnx", images, options.out),
    }
    picture(test_images, test_labels, results["ONNX, second process"][0], options.out / "digits.png")
    print(f"\n{len(test_labels)} test images")
    print(table(results, paddle.to_tensor(test_labels)))
    print(f"\nIn {options.out}: " + ", ".join(sorted(file.name for file in options.out.iterdir())))


if __name__ == "__main__":
    main()
