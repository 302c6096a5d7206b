"""A cache folder of its own for a test, and no network."""

import urllib.error
import urllib.request

import paddlelite as paddle


def empty_home(monkeypatch, path):
    """Make `path`, which is not there yet, the cache folder."""

    def refused(url, timeout=None):
        raise urllib.error.URLError("no network here")

    monkeypatch.setattr(paddle.dataset.common, "DATA_HOME", str(path))
    monkeypatch.setattr(urllib.request, "urlopen", refused)
    return path
