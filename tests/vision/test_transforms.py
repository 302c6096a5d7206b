"""Transforms on Pillow images, arrays and tensors. Numbers recorded from PaddlePaddle 3.3.1 where it has them
(its forms for arrays need OpenCV)."""

import random

import numpy as np
import pytest

import paddlelite as paddle
import paddlelite.vision.transforms as T

IMAGE = (np.arange(24).reshape(4, 2, 3) * 10).astype(np.uint8)
TENSOR = paddle.to_tensor(IMAGE.transpose(2, 0, 1).astype(np.float32))


def pillow(array=IMAGE):
    return pytest.importorskip("PIL.Image").fromarray(array)


def flat(image, digits=3):
    array = image.numpy() if isinstance(image, paddle.Tensor) else np.asarray(image)
    return np.round(array.astype(np.float64), digits).ravel().tolist()


# fmt: off
PIL_RESIZED = [43, 53, 63, 58, 68, 78, 73, 83, 93, 137, 147, 157, 152, 162, 172, 167, 177, 187]
RESIZED = [30, 45, 60, 150, 165, 180, 40, 55, 70, 160, 175, 190, 50, 65, 80, 170, 185, 200]
NEAREST = [0, 0, 30, 60, 60, 90, 120, 120, 150, 10, 10, 40, 70, 70, 100, 130, 130, 160,
           20, 20, 50, 80, 80, 110, 140, 140, 170]
GREY = [8.15, 38.147, 68.144, 98.141, 128.138, 158.135, 188.132, 218.129]
PADDED = [30, 0, 30, 90, 60, 90, 150, 120, 150, 210, 180, 210, 150, 120, 150]
# fmt: on


def test_recorded_on_pillow_images():
    assert flat(T.resize(pillow(), (2, 3))) == PIL_RESIZED
    assert flat(T.to_grayscale(pillow())) == [8, 38, 68, 98, 128, 158, 188, 218]
    assert flat(T.normalize(pillow(), [1, 2, 3], [4, 5, 6], "HWC", True))[:6] == [
        4.75,
        1.6,
        -0.5,
        12.25,
        7.6,
        4.5,
    ]


def test_recorded_on_tensors():
    assert flat(T.resize(TENSOR, (2, 3))) == RESIZED
    assert flat(T.resize(TENSOR, (3, 3), "nearest")) == NEAREST
    assert flat(T.resize(TENSOR, (3, 2), "bicubic"))[:6] == [7.569, 37.569, 90, 120, 172.431, 202.431]
    assert flat(T.to_grayscale(TENSOR)) == GREY
    assert flat(T.normalize(TENSOR, [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]))[:3] == [-0.25, 7.25, 14.75]
    assert flat(T.pad(TENSOR[:1], (1, 0, 0, 1), padding_mode="reflect")) == PADDED


def test_recorded_random_draws():
    random.seed(11)
    assert [flat(T.RandomCrop(2)(IMAGE[..., :1]))[0] for _ in range(6)] == [60, 60, 0, 120, 0, 60]
    flipped = T.RandomVerticalFlip(0.3)
    random.seed(11)
    assert [flat(flipped(IMAGE))[0] for _ in range(8)] == [0, 0, 0, 0, 0, 0, 180, 0]


WORK = {
    "pad": lambda image: T.pad(image, (1, 2, 0, 1), fill=7),
    "edge": lambda image: T.pad(image, (1, 2), padding_mode="edge"),
    "reflect": lambda image: T.pad(image, 1, padding_mode="reflect"),
    "crop": lambda image: T.crop(image, 1, 0, 2, 2),
    "center": lambda image: T.center_crop(image, (3, 1)),
    "hflip": T.hflip,
    "vflip": T.vflip,
    "nearest": lambda image: T.resize(image, (3, 3), "nearest"),
}


@pytest.mark.parametrize("name", WORK)
def test_arrays_and_tensors_agree(name):
    array, tensor = WORK[name](IMAGE), WORK[name](TENSOR)
    assert array.dtype == np.uint8 and tensor.dtype == paddle.float32
    np.testing.assert_array_equal(array, tensor.numpy().transpose(1, 2, 0))


@pytest.mark.parametrize("name", ["edge", "reflect", "crop", "center", "hflip", "vflip"])
@pytest.mark.parametrize("array", [IMAGE, IMAGE[..., 0]], ids=["colour", "grey"])
def test_arrays_and_pillow_images_agree(name, array):
    image = WORK[name](pillow(array))
    assert image.mode == ("RGB" if array.ndim == 3 else "L")
    np.testing.assert_array_equal(np.asarray(image), WORK[name](array))


@pytest.mark.parametrize("name", WORK)
def test_inputs_are_left_as_they_are(name):
    before = IMAGE.copy()
    result = WORK[name](IMAGE)
    np.testing.assert_array_equal(IMAGE, before)
    assert result is not IMAGE


def test_sizes_of_resize():
    wide = np.zeros((20, 30, 3), np.uint8)
    assert T.resize(wide, 10).shape == (10, 15, 3)
    assert T.resize(wide.transpose(1, 0, 2), 10).shape == (15, 10, 3)
    assert T.Resize([7, 5])(wide[..., 0]).shape == (7, 5)
    assert T.Resize((7, 5))(paddle.zeros([3, 20, 30])).dims == (3, 7, 5)


def test_resize_keeps_the_range_and_dtype():
    edge = np.repeat(np.array([[0, 255]], np.uint8), 2, 0).repeat(4, 1)
    bicubic = T.resize(edge, (4, 16), "bicubic")
    assert bicubic.dtype == np.uint8 and bicubic.min() == 0 and bicubic.max() == 255
    assert T.resize(edge.astype(np.float64), 4).dtype == np.float64


def test_to_tensor():
    assert T.to_tensor(IMAGE).numpy().max() == np.float32(230) / np.float32(255)
    assert T.to_tensor(IMAGE[..., 0]).dims == (1, 4, 2)
    assert T.ToTensor("HWC")(IMAGE).dims == (4, 2, 3)
    for dtype in ("float32", "float64", "int64"):  # only bytes are scaled
        assert T.to_tensor(IMAGE.astype(dtype)).dtype == getattr(paddle, dtype)
    for mode, dtype in (("1", "float32"), ("L", "float32"), ("F", "float32"), ("I", "int32")):
        assert T.to_tensor(pillow().convert("L").convert(mode)).dtype == getattr(paddle, dtype), mode
    assert set(flat(T.to_tensor(pillow().convert("1")))) <= {0.0, 1.0}


def test_transpose_and_grey_arrays():
    assert T.Transpose()(IMAGE[..., 0]).shape == (1, 4, 2)
    assert T.Transpose()(pillow()).dtype == np.uint8
    assert T.Grayscale()(IMAGE).shape == (4, 2, 1)
    np.testing.assert_array_equal(T.Grayscale(3)(IMAGE)[..., 0], T.Grayscale()(IMAGE)[..., 0])


def test_normalize_a_grey_image_adds_the_channel():
    assert T.Normalize([127.5], [127.5], "CHW")(IMAGE[..., 0]).shape == (1, 4, 2)
    assert T.Normalize(1.0, 2.0).mean == [1.0, 1.0, 1.0]
    planes = IMAGE.transpose(2, 0, 1)
    swapped = T.normalize(
        planes, [0.0] * 3, [1.0] * 3, "CHW", to_rgb=True
    )  # of the channels, not of the width
    np.testing.assert_array_equal(swapped, planes[::-1])


def test_random_crop_enlarges_what_is_too_small():
    assert T.RandomCrop(6, pad_if_needed=True)(IMAGE).shape == (6, 6, 3)
    assert T.RandomCrop((6, 4), padding=1)(pillow()).size == (4, 6)
    assert T.RandomCrop(4, padding=(1, 0))(TENSOR).dims == (3, 4, 4)


def test_keys_say_what_changes_with_the_image():
    class Shift(T.BaseTransform):
        def _get_params(self, inputs):
            return len(inputs)

        def _apply_image(self, image):
            return image + self.params

        def _apply_boxes(self, boxes):
            return boxes - self.params

    shift = Shift(keys=("image", "coords", "boxes"))
    image, coords, boxes, label = shift((1, 2, 3, "cat"))
    assert (image, coords, boxes, label) == (5, 2, -1, "cat")
    assert Shift()(1) == 2
    one, other = T.RandomHorizontalFlip(0.5, keys=("image", "image"))((IMAGE, IMAGE))
    np.testing.assert_array_equal(one, other)


def test_compose_is_printed_line_by_line():
    lines = repr(T.Compose([T.Resize(3), T.ToTensor()])).splitlines()
    assert lines[0] == "Compose(" and lines[-1] == ")" and len(lines) == 4 and "Resize object" in lines[1]


BAD = {
    "no image": (
        lambda: T.resize("cat.png", 3),
        TypeError,
        "img should be PIL Image or Tensor Image or ndarray",
    ),
    "one axis": (lambda: T.to_tensor(IMAGE[0, 0]), TypeError, r"array of shape \(3,\)"),
    "layout": (lambda: T.to_tensor(IMAGE, "CWH"), ValueError, "data_format should be CHW or HWC. Got CWH"),
    "size": (lambda: T.resize(IMAGE, (1, 2, 3)), AssertionError, "size should be"),
    "no size": (lambda: T.resize(IMAGE, 0), ValueError, "should be positive"),
    "method": (lambda: T.resize(IMAGE, 3, "magic"), ValueError, "interpolation should be one of"),
    "array method": (lambda: T.resize(IMAGE, 3, "lanczos"), NotImplementedError, "Give a Pillow image"),
    "padding": (lambda: T.pad(IMAGE, (1, 2, 3)), ValueError, "2, or 4 element tuple, not a 3 element tuple"),
    "negative": (lambda: T.pad(IMAGE, -1), ValueError, "use crop"),
    "padding mode": (
        lambda: T.pad(IMAGE, 1, padding_mode="wrap"),
        AssertionError,
        "Padding mode should be one of",
    ),
    "fill": (lambda: T.pad(IMAGE, 1, fill=(1, 2)), ValueError, "one for each channel"),
    "tensor fill": (lambda: T.pad(TENSOR, 1, fill=(1, 2, 3)), TypeError, "should be a number"),
    "symmetric": (lambda: T.pad(TENSOR, 1, padding_mode="symmetric"), ValueError, "not for tensors"),
    "large": (lambda: T.center_crop(IMAGE, 9), ValueError, "9x9 is larger than the image, 4x2"),
    "outside": (lambda: T.crop(IMAGE, -1, 0, 2, 2), ValueError, "outside the image"),
    "random large": (lambda: T.RandomCrop(9)(IMAGE), ValueError, "pad_if_needed=True"),
    "crop size": (lambda: T.CenterCrop("ab"), ValueError, "size should be an int"),
    "grey": (lambda: T.to_grayscale(IMAGE, 2), ValueError, "num_output_channels should be either 1 or 3"),
    "channels": (lambda: T.to_grayscale(IMAGE[..., :2]), ValueError, "has 2 channels"),
    "integers": (lambda: T.normalize(TENSOR.astype("int32"), 1.0, 2.0), ValueError, "floating point"),
    "channel count": (lambda: T.normalize(IMAGE, [1, 2], [1, 2], "HWC"), ValueError, "broadcast"),
    "probability": (lambda: T.RandomHorizontalFlip(2), ValueError, "prob should be a probability"),
    "key": (lambda: T.ToTensor(keys=("label",)), NotImplementedError, "label is unsupported data structure"),
    "keys": (lambda: T.ToTensor(keys=3), ValueError, "keys should be a sequence"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name):
    call, kind, message = BAD[name]
    with pytest.raises(kind, match=message):
        call()
