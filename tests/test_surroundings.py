"""What scripts ask of their surroundings: devices, flags, versions, processes, nested structures."""

import collections
import math

import pytest

import paddlelite as paddle
from paddlelite import distributed as dist
from paddlelite.errors import InvalidArgumentError, UnimplementedError
from paddlelite.utils import flatten, map_structure, pack_sequence_as


def test_run_check(capsys):
    paddle.utils.run_check()
    assert "PaddlePaddle is installed successfully!" in capsys.readouterr().out


def test_devices():
    assert paddle.device.cuda.device_count() == paddle.device.device_count() == 0
    assert paddle.device.get_all_device_type() == ["cpu"] and paddle.get_cudnn_version() is None
    assert not any(
        (
            paddle.is_compiled_with_cinn(),
            paddle.is_compiled_with_ipu(),
            paddle.is_compiled_with_custom_device("npu"),
        )
    )
    paddle.device.cuda.empty_cache(), paddle.device.synchronize()
    assert paddle.device.cuda.max_memory_allocated() == 0
    with pytest.warns(UserWarning, match="XPUPlace: paddlelite computes on the CPU"):
        assert paddle.XPUPlace(0).is_cpu_place()
    assert (paddle.pi, paddle.e, paddle.inf) == (math.pi, math.e, math.inf) and math.isnan(paddle.nan)


def test_flags():
    before = paddle.get_flags(["FLAGS_cudnn_deterministic", "FLAGS_eager_delete_tensor_gb"])
    paddle.set_flags({"FLAGS_cudnn_deterministic": True})
    assert paddle.get_flags("FLAGS_cudnn_deterministic") == {"FLAGS_cudnn_deterministic": True}
    paddle.set_flags(before)
    paddle.set_flags({"FLAGS_check_nan_inf": False})
    with pytest.raises(UnimplementedError, match="isfinite"):
        paddle.set_flags({"FLAGS_check_nan_inf": 1})
    with pytest.raises(ValueError, match="Flag FLAGS_nothing cannot set its value through this function"):
        paddle.set_flags({"FLAGS_cudnn_deterministic": True, "FLAGS_nothing": 1})
    assert paddle.get_flags("FLAGS_cudnn_deterministic") == {"FLAGS_cudnn_deterministic": False}
    with pytest.raises(ValueError, match="Flag FLAGS_nothing cannot get its value"):
        paddle.get_flags("FLAGS_nothing")
    with pytest.raises(TypeError, match="should be a dict"):
        paddle.set_flags([1])
    with pytest.raises(TypeError, match="list, tuple or string"):
        paddle.get_flags(3)


def test_one_process(monkeypatch):
    assert (dist.get_rank(), dist.get_world_size(), dist.ParallelEnv().nranks) == (0, 1, 1)
    assert not dist.is_initialized()
    dist.init_parallel_env()
    assert dist.is_initialized()
    dist.destroy_process_group()
    x, gathered = paddle.to_tensor([1.0, 2.0]), []
    dist.all_reduce(x), dist.broadcast(x, 0), dist.reduce(x, 0), dist.barrier()
    dist.all_gather(gathered, x), dist.all_gather_object(gathered, "y")
    assert x.tolist() == gathered[0].tolist() == [1, 2] and gathered[1] == "y"
    seen = []
    dist.spawn(lambda a, b: seen.append(a + b), args=(1, 2), nprocs=1)
    assert seen == [3]
    with pytest.raises(UnimplementedError, match="nprocs is 2"):
        dist.spawn(print, nprocs=2)
    with pytest.raises(InvalidArgumentError, match="src is 1"):
        dist.broadcast(x, 1)
    monkeypatch.setenv("PADDLE_TRAINERS_NUM", "4")
    with pytest.raises(UnimplementedError, match="PADDLE_TRAINERS_NUM is 4"):
        dist.init_parallel_env()


def test_versions():
    paddle.utils.require_version("1.5.2")
    paddle.utils.require_version("2.0", "3.4")
    with pytest.raises(
        Exception, match="VersionError: PaddlePaddle version >= 4.0 required, but 3.3.1 is followed"
    ):
        paddle.utils.require_version("4.0")
    with pytest.raises(Exception, match=r"version in \[1.0, 2.0\] required"):
        paddle.utils.require_version("1.0", "2.0")
    with pytest.raises(TypeError, match="must be str"):
        paddle.utils.require_version(2)
    with pytest.raises(ValueError, match="must be in format"):
        paddle.utils.require_version("2.0rc")
    assert paddle.utils.try_import("math") is math
    with pytest.raises(
        ImportError, match="pip install nothing-of-that-name|pip install nothing_of_that_name"
    ):
        paddle.utils.try_import("nothing_of_that_name")

    @paddle.utils.deprecated(update_to="paddle.new", since="2.0", reason="it is old.")
    def old(x):
        return x

    with pytest.warns(
        DeprecationWarning, match=r"old is deprecated since 2.0.*use paddle.new instead. Reason: it is old"
    ):
        assert old(3) == 3
    with pytest.raises(RuntimeError, match="is deprecated"):
        paddle.utils.deprecated(level=2)(old)(3)


def test_structures():
    Point = collections.namedtuple("Point", "x y")
    nested = {"b": [1, (2, 3)], "a": Point(4, [])}
    assert flatten(nested) == [4, 1, 2, 3] and flatten(5) == [5]
    assert pack_sequence_as(nested, "wxyz") == {"b": ["x", ("y", "z")], "a": Point("w", [])}
    assert list(map_structure(lambda x: -x, nested)) == ["b", "a"]
    assert map_structure(lambda x, y: x * y, Point(2, [3]), Point(5, [7])) == Point(10, [21])
    with pytest.raises(ValueError, match="has 4 leaves, but the sequence has 2"):
        pack_sequence_as(nested, [1, 2])
    for one, other in (([1], [1, 2]), ([1], 1), ({"a": 1}, {"b": 1}), ([1], {"a": 1})):
        with pytest.raises(ValueError, match="different forms"):
            map_structure(lambda x, y: x, one, other)


def test_unique_name():
    with paddle.utils.unique_name.guard():
        assert paddle.utils.unique_name.generate("w") == "w_0"
