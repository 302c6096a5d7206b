"""paddle.vision: data sets of images and what is done to images before a network sees them."""

from . import datasets, models, transforms
from .datasets import *
from .image import get_image_backend, image_load, set_image_backend
from .models import *
from .transforms import *

__all__ = ["datasets", "get_image_backend", "image_load", "models", "set_image_backend", "transforms"]
