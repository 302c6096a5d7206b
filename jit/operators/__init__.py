"""What rewritten code calls while it runs: one function a construct, in files named as those of `rewrite`.

Each decides by the object it is given whether a tensor is involved. On Python values it does what Python does.
"""

from builtins import slice

from paddlelite.staged import builtins  # (which are replaced by object)
from paddlelite.staged.branches import ifexp
from paddlelite.staged.journal import born as made
from paddlelite.staged.lists import list_

from .comprehensions import generated
from .effects import assert_, caught, del_attr, del_item, fails, raises, store_attr, store_item
from .expressions import attr, call, item, method, percent, piece, read, read_outer, text
from .logic import and_, both_, chain, either_, eq, in_, is_, is_not, ne, not_, not_in, or_
from .loops import for_, if_, truth, while_
from .match import capture, equal, fits, guard, instance, mapping, one_of, same, sequence, star
