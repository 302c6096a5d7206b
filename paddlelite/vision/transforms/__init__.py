"""paddle.vision.transforms: what is done to images, on Pillow images, NumPy arrays and tensors."""

from . import functional, transforms
from .augment import (
    BrightnessTransform,
    ColorJitter,
    ContrastTransform,
    HueTransform,
    RandomAffine,
    RandomErasing,
    RandomPerspective,
    RandomResizedCrop,
    RandomRotation,
    SaturationTransform,
)
from .color import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation
from .functional import center_crop, crop, hflip, normalize, pad, resize, to_grayscale, to_tensor, vflip
from .geometry import affine, erase, perspective, rotate
from .transforms import (
    BaseTransform,
    CenterCrop,
    Compose,
    Grayscale,
    Normalize,
    Pad,
    RandomCrop,
    RandomHorizontalFlip,
    RandomVerticalFlip,
    Resize,
    ToTensor,
    Transpose,
)

__all__ = [
    "BaseTransform", "BrightnessTransform", "CenterCrop", "ColorJitter", "Compose", "ContrastTransform", "Grayscale",
    "HueTransform", "Normalize", "Pad", "RandomAffine", "RandomCrop", "RandomErasing", "RandomHorizontalFlip",
    "RandomPerspective", "RandomResizedCrop", "RandomRotation", "RandomVerticalFlip", "Resize", "SaturationTransform",
    "ToTensor", "Transpose", "adjust_brightness", "adjust_contrast", "adjust_hue", "affine", "center_crop", "crop",
    "erase", "hflip", "normalize", "pad", "perspective", "resize", "rotate", "to_grayscale", "to_tensor", "vflip",
]  # fmt: skip

# In PaddlePaddle all of them are in `transforms.functional` and `transforms.transforms`, too.
functional.adjust_saturation = adjust_saturation  # type: ignore[attr-defined]
for _name, _each in [(name, globals()[name]) for name in __all__]:
    setattr(transforms if isinstance(_each, type) else functional, _name, _each)
