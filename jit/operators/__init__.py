"""What rewritten code calls while it runs: one function a construct, in files named as those of `rewrite`.

Each decides by the object it is given whether a tensor is involved. On Python values it does what Python does.
"""

from builtins import slice

from . import builtins  # (which are replaced by object)
from .calls import call, method
from .conditionals import if_, ifexp, truth
from .exceptions import assert_, caught, raises
from .iterables import generated
from .lists import list_, made
from .logic import and_, both_, chain, either_, eq, in_, is_, is_not, ne, not_, not_in, or_
from .loops import for_, while_
from .match import capture, equal, fits, guard, instance, mapping, one_of, same, sequence, star
from .reads import attr, item, read, read_outer
from .stores import del_attr, del_item, store_attr, store_item
from .text import percent, piece, text
