"""Serve an ONNX model with NumPy and onnxruntime alone: `python serve.py model.onnx images.npy scores.npy`.

Prints how many milliseconds an image took. Nothing of paddlelite is imported here.
"""

import sys
import time

import numpy as np
import onnxruntime


def main(model, images_file, scores_file):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    images = np.load(images_file)
    feed = {session.get_inputs()[0].name: images}
    scores = session.run(None, feed)[0]
    taken = []
    for _ in range(30):
        start = time.perf_counter()
        session.run(None, feed)
        taken.append(time.perf_counter() - start)
    np.save(scores_file, scores)
    print(sorted(taken)[len(taken) // 2] * 1e3 / len(images))


if __name__ == "__main__":
    main(*sys.argv[1:])
