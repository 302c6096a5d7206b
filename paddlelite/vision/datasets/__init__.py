"""paddle.vision.datasets: CIFAR, MNIST and folders of images, read from the files their authors publish."""

from . import cifar, folder, mnist
from .cifar import Cifar10, Cifar100
from .folder import DatasetFolder, ImageFolder
from .mnist import MNIST, FashionMNIST

__all__ = ["Cifar10", "Cifar100", "DatasetFolder", "FashionMNIST", "ImageFolder", "MNIST"]
