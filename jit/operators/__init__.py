"""What rewritten code calls while it runs: one function a construct.

Each decides by the object it is given whether a tensor is involved. On Python values it does what Python does.
"""

from builtins import slice

from paddlelite.staged import builtins  # (which are replaced by object)
from paddlelite.staged.branches import ifexp
from paddlelite.staged.journal import born as made
from paddlelite.staged.lists import list_

from .calls import call, method
from .comprehensions import generated
from .conditionals import if_, truth
from .exceptions import assert_, caught, raises
from .logic import and_, both_, chain, either_, eq, in_, is_, is_not, ne, not_, not_in, or_
from .loops import for_, while_
from .match import capture, equal, fits, guard, instance, mapping, one_of, same, sequence, star
from .reads import attr, item, read, read_outer
from .stores import del_attr, del_item, store_attr, store_item
from .text import percent, piece, text
