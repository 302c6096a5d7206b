"""Find pictures by a picture: `python samples/image_search/main.py`.

A network learns to give handwritten digits vectors that are close for digits of the same kind: of each kind it is
shown two, and has to say which belong together. Then, for one digit of each kind that it has never seen, the nearest
others are looked up and shown. All it writes is in `out/`.
"""

import argparse
import pathlib
from collections import defaultdict

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import paddlelite as paddle
import paddlelite.nn.functional as F
from paddlelite import nn

HERE = pathlib.Path(__file__).parent
KINDS = 10
NEIGHBOURS = 10


class Embedding(nn.Layer):
    """Images [n, 1, 8, 8] become vectors [n, 16] of length 1: the product of two of them says how alike they are."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2D(1, 32, 3, padding=1)
        self.second = nn.Conv2D(32, 64, 3, stride=2, padding=1)
        self.third = nn.Conv2D(64, 64, 3, stride=2, padding=1)
        self.last = nn.Linear(64 * 4, 16)

    @paddle.jit.to_static
    def forward(self, x):
        x = F.relu(self.first(x))
        x = F.relu(self.second(x))
        x = F.relu(self.third(x))
        x = self.last(paddle.flatten(x, 1))
        return x / paddle.norm(x, axis=1, keepdim=True)


class Pairs(paddle.io.IterableDataset):
    """Batches of two different digits of each kind, [2, kinds, 1, 8, 8], drawn anew."""

    def __init__(self, images, labels, batches):
        self.images = images
        self.batches = batches
        self.where = [np.flatnonzero(labels == kind) for kind in range(KINDS)]

    def __iter__(self):
        for _ in range(self.batches):
            chosen = [np.random.choice(places, 2, replace=False) for places in self.where]
            yield self.images[np.transpose(chosen)]


def digits():
    """Training and test images [n, 1, 8, 8] of 0 … 1 with their labels."""
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 1, 8, 8).astype("float32") / 16
    return train_test_split(images, labels, test_size=0.3, random_state=0, stratify=labels)


def train(model, images, labels, batches):
    loader = paddle.io.DataLoader(Pairs(images, labels, batches), batch_size=None)
    optimizer = paddle.optimizer.Adam(learning_rate=2e-3, parameters=model.parameters())
    temperature = 0.2
    belongs = paddle.arange(KINDS, dtype="int64")
    model.train()
    for number, (anchors, positives) in enumerate(loader):
        alike = paddle.matmul(model(anchors), model(positives), transpose_y=True) / temperature
        loss = F.cross_entropy(alike, belongs)
        loss.backward()
        optimizer.step()
        optimizer.clear_grad()
        if number % 100 == 0:
            print(f"batch {number}, loss {float(loss):.4f}")


def nearest(model, images):
    """For each image the places of all images [n, n], the most alike first."""
    vectors = model(paddle.to_tensor(images))
    alike = paddle.matmul(vectors, vectors, transpose_y=True)
    return paddle.argsort(alike, descending=True).numpy()


def collage(rows, scale=5, margin=2):
    """Images [rows, columns, 8, 8] of 0 … 1 beside and below each other."""
    side = rows.shape[-1]
    box = side + margin
    sheet = np.full((len(rows) * box + margin, rows.shape[1] * box + margin), 255, np.uint8)
    for y, row in enumerate(rows):
        for x, image in enumerate(row):
            top, left = y * box + margin, x * box + margin
            sheet[top : top + side, left : left + side] = 255 - image * 255
    picture = Image.fromarray(sheet)
    return picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--batches", type=int, default=601)
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "out")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    paddle.seed(2026)
    np.random.seed(2026)
    train_images, test_images, train_labels, test_labels = digits()
    model = Embedding()
    train(model, train_images, train_labels, options.batches)

    model.eval()
    paddle.jit.save(
        model, str(options.out / "embedding"), [paddle.static.InputSpec([None, 1, 8, 8], "float32", "images")]
    )
    order = nearest(paddle.jit.load(str(options.out / "embedding")), test_images)
    found = order[:, 1 : NEIGHBOURS + 1]  # the first is the image itself
    right = test_labels[found] == test_labels[:, None]

    places = defaultdict(list)
    for place, label in enumerate(test_labels):
        places[label].append(place)
    asked = [places[kind][0] for kind in range(KINDS)]
    shown = np.stack([test_images[[place, *found[place]], 0] for place in asked])
    collage(shown).save(options.out / "neighbours.png")
    print(
        f"of the {NEIGHBOURS} nearest of {len(test_labels)} unseen digits, {right.mean():.1%} are of the same kind"
    )
    print(f"In {options.out}: " + ", ".join(sorted(file.name for file in options.out.iterdir())))


if __name__ == "__main__":
    main()
