"""Fetching a file: from a local server, whole or not, right or wrong, interrupted, or not at all."""

import hashlib
import http.server
import os
import sys
import threading

import pytest

import paddlelite as paddle
from paddlelite.dataset import common
from paddlelite.errors import InvalidArgumentError, NotFoundError
from tests.dataset import small

CONTENT = bytes(range(256)) * 9000
MD5 = hashlib.md5(CONTENT).hexdigest()


class Server(http.server.BaseHTTPRequestHandler):
    """/NAME answers as its name says; `asked` notes what was asked for."""

    asked: list = []
    files: dict = {}

    def do_GET(self):
        name = self.path.rpartition("/")[2]
        self.asked.append(name)
        if name in self.files:
            return self.answer(self.files[name], len(self.files[name]))
        if name == "gone":
            return self.send_error(404, "Not Found")
        if name == "broken" or (name == "flaky" and self.asked.count(name) < 3):
            return self.send_error(503, "Service Unavailable")
        if name == "moved":
            self.send_response(302)
            self.send_header("Location", "/whole")
            return self.end_headers()
        if name == "cut" or (name == "once-cut" and self.asked.count(name) < 2):
            return self.answer(CONTENT[:-7], len(CONTENT))
        return self.answer(CONTENT, None if name == "unsized" else len(CONTENT))

    def answer(self, content, size):
        self.send_response(200)
        if size is not None:
            self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(common, "DATA_HOME", str(tmp_path / "home"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    Server.asked.clear()
    Server.files.clear()
    return tmp_path / "home"


def left(home):
    return sorted(name for _, _, names in os.walk(home) for name in names)


@pytest.mark.parametrize(
    "name, times", [("whole", 1), ("unsized", 1), ("moved", 2), ("flaky", 3), ("once-cut", 2)]
)
def test_a_file_is_fetched_once(server, home, capsys, name, times):
    path = common.download(server + name, "set", MD5)
    assert path == str(home / "set" / name) and open(path, "rb").read() == CONTENT
    assert len(Server.asked) == times
    assert common.download(server + name, "set", MD5) == path and len(Server.asked) == times
    assert left(home) == [name]
    assert name in capsys.readouterr().err


def test_a_name_to_save_under(server, home):
    assert common.download(server + "whole", "a/b", MD5, "c/d.bin") == str(home / "a" / "b" / "c" / "d.bin")


@pytest.mark.parametrize("installed", [True, False])
def test_progress(server, capsys, monkeypatch, installed):
    if installed:
        pytest.importorskip("tqdm")
    else:
        monkeypatch.setitem(sys.modules, "tqdm", None)
    common.download(server + "whole", "set", MD5)
    said = capsys.readouterr()
    assert said.out == "" and ("2.30M/2.30M" in said.err if installed else "Download finished" in said.err)


@pytest.mark.parametrize(
    "name, why, times",
    [
        ("gone", "the server says 404 Not Found", 1),
        ("broken", "the server says 503 Service Unavailable", 3),
        ("cut", "the connection ended after 2303993 of 2304000 bytes", 3),
    ],
)
def test_what_cannot_be_fetched(server, home, name, why, times):
    with pytest.raises(
        FileNotFoundError, match=rf"There is no file .*set.{name}, and http://.* \({why}\)"
    ) as caught:
        common.download(server + name, "set", MD5)
    assert isinstance(caught.value, NotFoundError) and "put it there" in str(caught.value)
    assert len(Server.asked) == times and left(home) == []


def test_no_server(home):
    with pytest.raises(NotFoundError, match="cannot be downloaded"):
        common.download("http://127.0.0.1:9/x", "set", MD5)
    with pytest.raises(NotFoundError, match="cannot be downloaded"):
        common.download("http://no.such.host.invalid/x", "set", MD5)
    assert left(home) == []


def test_a_wrong_file_is_not_kept(server, home):
    with pytest.raises(
        InvalidArgumentError, match=f"The MD5 of http.* is {MD5}, but should be 0123.*Nothing was written"
    ):
        common.download(server + "whole", "set", "0123")
    assert left(home) == []


def test_a_damaged_file_is_replaced_only_by_the_right_one(server, home):
    (home / "set").mkdir(parents=True)
    (home / "set" / "cut").write_bytes(b"mine")
    with pytest.raises(InvalidArgumentError, match="is damaged or is another one, and .* ended after"):
        common.download(server + "cut", "set", MD5)
    assert (home / "set" / "cut").read_bytes() == b"mine" and left(home) == ["cut"]
    (home / "set" / "whole").write_bytes(b"mine")
    common.download(server + "whole", "set", MD5)
    assert (home / "set" / "whole").read_bytes() == CONTENT
    assert common.download(server + "cut", "set", None) == str(home / "set" / "cut")  # whatever it is


def test_an_interrupted_download_leaves_nothing(server, home, monkeypatch):
    (home / "set").mkdir(parents=True)
    (home / "set" / "whole").write_bytes(b"mine")

    class Interrupted:
        def __init__(self, **kwargs):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *args):
            return None

        def update(self, count):
            raise KeyboardInterrupt

    tqdm = type(sys)("tqdm")
    tqdm.tqdm = Interrupted
    monkeypatch.setitem(sys.modules, "tqdm", tqdm)
    with pytest.raises(KeyboardInterrupt):
        common.download(server + "whole", "set", MD5)
    assert (home / "set" / "whole").read_bytes() == b"mine" and left(home) == ["whole"]


def test_a_full_disk(server, home, monkeypatch):
    from paddlelite.framework import atomic

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        common.download(server + "whole", "set", MD5)
    assert left(home) == []


@pytest.mark.parametrize(
    "module, name", [("..", None), ("a/../../b", None), ("/etc", None), ("a", "../b"), ("a", "")]
)
def test_names_stay_in_the_folder(server, home, module, name):
    with pytest.raises(InvalidArgumentError, match="should be a name inside"):
        common.download(server + "whole", module, MD5, name)
    assert not Server.asked and not home.exists()


def test_a_data_set_from_a_server(server, home, tmp_path, monkeypatch):
    md5s = small.write(tmp_path)
    for part in ("images", "labels"):
        name = f"t10k-{part}-idx{3 if part == 'images' else 1}-ubyte.gz"
        Server.files[name] = (tmp_path / "mnist" / name).read_bytes()
        for module in (paddle.dataset.mnist, paddle.vision.datasets.MNIST):
            monkeypatch.setattr(module, f"TEST_{part[:-1].upper()}_URL", server + name)
            monkeypatch.setattr(
                module, f"TEST_{part[:-1].upper()}_MD5", md5s["mnist", f"TEST_{part[:-1].upper()}_MD5"]
            )
    assert len(list(paddle.dataset.mnist.test()())) == 100
    assert len(paddle.vision.datasets.MNIST(mode="test")) == 100 and len(Server.asked) == 2


def test_split_and_cluster_files_reader(tmp_path):
    pattern = str(tmp_path / "part-%05d.pickle")
    common.split(lambda: iter(range(7)), 3, pattern)
    assert len(list(tmp_path.iterdir())) == 3
    read = common.cluster_files_reader(str(tmp_path / "*.pickle"), 2, 0)
    assert list(read()) == [0, 1, 2, 6]
    assert list(common.cluster_files_reader(str(tmp_path / "*.pickle"), 2, 1)()) == [3, 4, 5]
    for bad in (
        lambda: common.split(lambda: [], 3, dumper=3),
        lambda: common.cluster_files_reader("*", 1, 0, 3),
    ):
        with pytest.raises(TypeError, match="er should be callable"):
            bad()
    with pytest.raises(ValueError, match="line_count should be positive"):
        common.split(lambda: [], 0)
    with pytest.raises(ValueError, match="suffix should have %d"):
        common.split(lambda: [], 1, "same")
