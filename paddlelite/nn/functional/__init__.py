"""paddle.nn.functional: the functions behind the layers, by Paddle's names."""

from .activation import *
from .attention import *
from .common import *
from .conv import *
from .distance import *
from .input import *
from .loss import *
from .norm import *
from .padding import *
from .pooling import *
from .sequence import *
from .unpooling import *
from .vision import *
