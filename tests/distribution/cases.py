"""Probabilities, entropies and divergences; used here and by tests/golden/make_distributions.py."""

import numpy as np


def numbers(seed, *shape, low=-2, high=2):
    return np.random.RandomState(seed).uniform(low, high, shape).astype("float32")


def run(paddle):
    """{name: array}"""
    D, found = paddle.distribution, {}
    t = paddle.to_tensor
    value, small = t(numbers(1, 4, 3)), t(numbers(2, 4, 3, low=0, high=1))
    loc, scale, other = t(numbers(3, 3)), t(numbers(4, 3, low=0.5)), t(numbers(5, 3, low=0.5))
    kinds = {
        "normal": (D.Normal(loc, scale), D.Normal(t(numbers(6, 3)), other), value),
        "numbers": (D.Normal(0.5, 2.0), D.Normal([0.5], [1.5]), value),
        "uniform": (D.Uniform(loc, loc + scale), D.Uniform(loc - 1, loc + 3), value),
        "bernoulli": (
            D.Bernoulli(t(numbers(7, 3, low=0, high=1))),
            D.Bernoulli(0.3),
            (small > 0.5).astype("float32"),
        ),
        "exponential": (D.Exponential(scale), D.Exponential(other), small),
        "laplace": (D.Laplace(loc, scale), D.Laplace(t(numbers(8, 3)), other), value),
    }
    for name, (p, q, x) in kinds.items():
        found[f"{name} log_prob"] = p.log_prob(x)
        found[f"{name} prob"] = p.probs(x) if name in ("normal", "uniform", "numbers") else p.prob(x)
        found[f"{name} entropy"] = p.entropy()
        if name != "uniform":
            found[f"{name} kl"] = D.kl_divergence(p, q)
        found[f"{name} shapes"] = np.array([len(p.batch_shape), *p.batch_shape, *p.sample([5, 2]).shape])
        if name not in ("uniform", "numbers"):
            found[f"{name} mean"], found[f"{name} variance"] = p.mean, p.variance
    for name in ("bernoulli", "exponential", "laplace"):
        found[f"{name} cdf"] = kinds[name][0].cdf(small)
    for name, shape in (("row", (4,)), ("batch", (2, 4))):
        p, q = D.Categorical(t(numbers(9, *shape, low=0.1))), D.Categorical(t(numbers(10, *shape, low=0.1)))
        found[f"categorical {name} entropy"], found[f"categorical {name} kl"] = (
            p.entropy(),
            p.kl_divergence(q),
        )
        picked = t(np.array([0, 3, 2], "int64"))
        found[f"categorical {name} probs"], found[f"categorical {name} log_prob"] = (
            p.probs(picked),
            p.log_prob(picked),
        )
        found[f"categorical {name} shape"] = np.array(p.sample([5, 3]).shape)
    return {name: np.asarray(x.numpy() if hasattr(x, "numpy") else x) for name, x in found.items()}
