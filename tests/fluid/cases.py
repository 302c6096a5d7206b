"""Calls of ``fluid.layers``, written so that PaddlePaddle 1.8.5 on Python 3.7 and this package run the same code.

``L`` is ``fluid.layers``; ``v(*shape)`` is a variable of seeded numbers in (-2, 2), ``p`` in (0.05, 1),
``i(high, *shape)`` of int64 below ``high``, ``b`` of bools; ``P(*shape)`` is a ParamAttr with seeded values.
``record.py`` writes what 1.8.5 computes to ``tests/golden/fluid/layers.npz``; ``test_layers.py`` compares, in a guard
and in a program.
"""

CASES = {}

#: 1.8.5's guard can not run these, or not rightly; its programs can.
IN_A_PROGRAM = {"oracle": "static"}


def case(name, function, **options):
    CASES[name] = (function, options)


for name in (
    "abs acos asin atan ceil cos erf exp floor gelu hard_shrink hard_sigmoid hard_swish leaky_relu logsigmoid relu "
    "relu6 round selu sigmoid sign sin soft_relu softplus softshrink softsign square stanh swish tanh tanh_shrink "
    "thresholded_relu elu brelu softmax"
).split():
    if name in ("acos", "asin"):
        case(name, lambda L, d, name=name: getattr(L, name)(d.p(2, 3)))
    else:
        case(name, lambda L, d, name=name: getattr(L, name)(d.v(2, 3)))
for name in "log log1p reciprocal rsqrt sqrt".split():
    case(name, lambda L, d, name=name: getattr(L, name)(d.p(2, 3)))
case("hard_sigmoid/args", lambda L, d: L.hard_sigmoid(d.v(2, 3), 0.3, 0.4))
case("hard_swish/args", lambda L, d: L.hard_swish(d.v(2, 3), 5.0, 5.0, 2.0))
case("leaky_relu/alpha", lambda L, d: L.leaky_relu(d.v(2, 3), 0.3))
case("relu6/threshold", lambda L, d: L.relu6(d.v(2, 3), 1.0))
case("stanh/args", lambda L, d: L.stanh(d.v(2, 3), 0.5, 1.2))
case("brelu/args", lambda L, d: L.brelu(d.v(2, 3), -1.0, 1.0))
case("soft_relu/threshold", lambda L, d: L.soft_relu(d.v(2, 3), 1.0), without=("grad",))
case("elu/alpha", lambda L, d: L.elu(d.v(2, 3), 0.2))
case("selu/args", lambda L, d: L.selu(d.v(2, 3), 1.1, 1.2))
case("softmax/axis", lambda L, d: L.softmax(d.v(2, 3, 4), axis=1))
case("log_softmax", lambda L, d: L.log_softmax(d.v(2, 3)))
case("maxout", lambda L, d: L.maxout(d.v(2, 4, 3, 3), 2))
case("pow", lambda L, d: L.pow(d.p(2, 3), 2.5))
case("scale", lambda L, d: L.scale(d.v(2, 3), 2.0, 1.0))
case("scale/before", lambda L, d: L.scale(d.v(2, 3), 2.0, 1.0, False, "relu"), **IN_A_PROGRAM)
case("clip", lambda L, d: L.clip(d.v(2, 3), -0.5, 0.5))
case("clip_by_norm", lambda L, d: L.clip_by_norm(d.v(2, 3), 1.0))
case("clip_by_norm/short", lambda L, d: L.clip_by_norm(d.v(2, 3), 100.0))
case("l2_normalize", lambda L, d: L.l2_normalize(d.v(2, 3), 1))
case("cos_sim", lambda L, d: L.cos_sim(d.v(2, 3), d.v(2, 3)))
case("cos_sim/one", lambda L, d: L.cos_sim(d.v(4, 3), d.v(1, 3)))
for name in "add sub mul div max min pow".split():
    call = "elementwise_" + name
    kind = "p" if name == "pow" else "v"
    case(call, lambda L, d, c=call, k=kind: getattr(L, c)(getattr(d, k)(2, 3), d.v(2, 3)))
    case(call + "/axis1", lambda L, d, c=call, k=kind: getattr(L, c)(getattr(d, k)(2, 3, 4), d.v(3), axis=1))
    case(
        call + "/axis0", lambda L, d, c=call, k=kind: getattr(L, c)(getattr(d, k)(2, 3, 4), d.v(2, 3), axis=0)
    )
    case(
        call + "/last", lambda L, d, c=call, k=kind: getattr(L, c)(getattr(d, k)(2, 3, 4), d.v(4), act="relu")
    )
case("elementwise_add/ones", lambda L, d: L.elementwise_add(d.v(2, 3, 4), d.v(3, 1), axis=1))
case("elementwise_mod", lambda L, d: L.elementwise_mod(d.i(20, 2, 3), d.i(5, 2, 3, low=1)))
case("elementwise_floordiv", lambda L, d: L.elementwise_floordiv(d.i(20, 2, 3), d.i(5, 2, 3, low=1)))
for name in "sum mean max min prod".split():
    call = "reduce_" + name
    case(call, lambda L, d, c=call: getattr(L, c)(d.v(2, 3, 4)))
    case(call + "/dim", lambda L, d, c=call: getattr(L, c)(d.v(2, 3, 4), 1))
    case(call + "/dims", lambda L, d, c=call: getattr(L, c)(d.v(2, 3, 4), [0, -1]))
    case(call + "/keep", lambda L, d, c=call: getattr(L, c)(d.v(2, 3, 4), dim=1, keep_dim=True))
    case(call + "/vector", lambda L, d, c=call: getattr(L, c)(d.v(3), dim=0))
case("reduce_all", lambda L, d: L.reduce_all(d.b(2, 3)))
case("reduce_any/dim", lambda L, d: L.reduce_any(d.b(2, 3), 1))
case("mean", lambda L, d: L.mean(d.v(2, 3)))
case("sum", lambda L, d: L.sum([d.v(2, 3), d.v(2, 3)]))
case("sums", lambda L, d: L.sums([d.v(2, 3), d.v(2, 3), d.v(2, 3)]))
case("logsumexp", lambda L, d: L.logsumexp(d.v(2, 3), 1))
case("matmul", lambda L, d: L.matmul(d.v(2, 3), d.v(3, 4)))
case("matmul/transposed", lambda L, d: L.matmul(d.v(2, 3, 4), d.v(2, 5, 4), transpose_y=True, alpha=0.5))
case("matmul/vectors", lambda L, d: L.matmul(d.v(3), d.v(3)))
case("mul", lambda L, d: L.mul(d.v(2, 3), d.v(3, 4)))
case("mul/flat", lambda L, d: L.mul(d.v(2, 3, 4), d.v(4, 3, 2), x_num_col_dims=2))
case("mul/flat2", lambda L, d: L.mul(d.v(2, 3, 4), d.v(12, 5)))
case("bmm", lambda L, d: L.bmm(d.v(2, 3, 4), d.v(2, 4, 5)))
case("dot", lambda L, d: L.dot(d.v(3), d.v(3)))
case("dot/rows", lambda L, d: L.dot(d.v(2, 3), d.v(2, 3)))
case("cumsum", lambda L, d: L.cumsum(d.v(2, 3), 1))
case("cumsum/exclusive", lambda L, d: L.cumsum(d.v(2, 3), axis=0, exclusive=True))
case("cumsum/reverse", lambda L, d: L.cumsum(d.v(2, 3), axis=1, exclusive=True, reverse=True))
for name in "equal not_equal less_than less_equal greater_than greater_equal".split():
    case(name, lambda L, d, c=name: getattr(L, c)(d.i(3, 2, 3), d.i(3, 2, 3)))
for name in "and or xor".split():
    case("logical_" + name, lambda L, d, c="logical_" + name: getattr(L, c)(d.b(2, 3), d.b(2, 3)))
case("logical_not", lambda L, d: L.logical_not(d.b(2, 3)))
case("isfinite", lambda L, d: L.isfinite(d.v(2, 3)))
case("has_inf", lambda L, d: L.has_inf(L.log(L.zeros([2], "float32"))))
case("has_nan", lambda L, d: L.has_nan(d.v(2)))

case("cast", lambda L, d: L.cast(d.v(2, 3), "int64"))
case("concat", lambda L, d: L.concat([d.v(2, 3), d.v(2, 2)], 1))
case("split", lambda L, d: L.split(d.v(2, 6), 3))
case("split/sections", lambda L, d: L.split(d.v(6, 2), [1, 2, 3], dim=0))
case("stack", lambda L, d: L.stack([d.v(2, 3), d.v(2, 3)], 1))
case("unstack", lambda L, d: L.unstack(d.v(2, 3), 1))
case("reshape", lambda L, d: L.reshape(d.v(2, 3, 4), [0, -1]))
case("reshape/act", lambda L, d: L.reshape(d.v(2, 6), [-1, 3], act="relu"))
case("transpose", lambda L, d: L.transpose(d.v(2, 3, 4), [1, 0, 2]))
case("squeeze", lambda L, d: L.squeeze(d.v(2, 1, 3, 1), [1]))
case("squeeze/all", lambda L, d: L.squeeze(d.v(2, 1, 3, 1), []))
case("unsqueeze", lambda L, d: L.unsqueeze(d.v(2, 3), [0, 2]))
case("flatten", lambda L, d: L.flatten(d.v(2, 3, 4)))
case("flatten/2", lambda L, d: L.flatten(d.v(2, 3, 4), 2))
case("flatten/0", lambda L, d: L.flatten(d.v(2, 3, 4), 0))
case("getitem/element", lambda L, d: d.v(2, 3)[0, 1])
case("getitem/of a vector", lambda L, d: d.v(3)[2] * 2.0)
case("getitem/row", lambda L, d: d.v(2, 3)[1])
case("getitem/slices", lambda L, d: d.v(4, 3)[1:3, 0])
case("affine_channel", lambda L, d: L.affine_channel(d.v(2, 3, 2, 2), d.v(3), d.v(3), act="relu"))
case("fsp_matrix", lambda L, d: L.fsp_matrix(d.v(2, 3, 2, 4), d.v(2, 5, 2, 4)))
case("mean_iou", lambda L, d: L.mean_iou(L.cast(d.i(4, 6, 5), "int32"), L.cast(d.i(3, 6, 5), "int32"), 5))
case("image_resize_short", lambda L, d: L.image_resize_short(d.v(1, 2, 4, 6), 3))
case("interpolate", lambda L, d: L.interpolate(d.v(1, 2, 3, 4), [5, 6], resample="NEAREST"))
case("addcmul", lambda L, d: L.addcmul(d.v(2, 3), d.v(2, 3), d.v(2, 3), 0.5))
case(
    "warpctc",
    lambda L, d: L.warpctc(
        d.v(6, 2, 5), L.cast(d.i(5, 2, 3, low=1), "int32"), 0, False, d.const([6, 4]), d.const([3, 2])
    ),
)
case("expand", lambda L, d: L.expand(d.v(2, 1), [2, 3]))
case("expand_as", lambda L, d: L.expand_as(d.v(2, 1), d.v(2, 4)))
case("slice", lambda L, d: L.slice(d.v(4, 5), [0, 1], [1, -3], [3, 10]))
case("strided_slice", lambda L, d: L.strided_slice(d.v(4, 6), [0, 1], [0, 1], [4, 6], [2, 2]))
case("reverse", lambda L, d: L.reverse(d.v(2, 3), 1))
case("gather", lambda L, d: L.gather(d.v(4, 3), d.i(4, 2)))
case("gather/column", lambda L, d: L.gather(d.v(4, 3), d.i(4, 2, 1)))
case("gather_nd", lambda L, d: L.gather_nd(d.v(4, 3), d.i(3, 2, 2)))
case("scatter", lambda L, d: L.scatter(d.v(4, 3), d.const([2, 0]), d.v(2, 3)), without=("grad",))
case(
    "scatter/add",
    lambda L, d: L.scatter(d.v(4, 3), d.const([2, 2]), d.v(2, 3), overwrite=False),
    without=("grad",),
)
case("scatter_nd", lambda L, d: L.scatter_nd(d.const([[1], [3], [1]]), d.v(3, 2), [4, 2]))
case("scatter_nd_add", lambda L, d: L.scatter_nd_add(d.v(4, 2), d.const([[1], [3], [1]]), d.v(3, 2)))
case("where", lambda L, d: L.where(d.b(2, 3)))
case("multiplex", lambda L, d: L.multiplex([d.v(3, 2), d.v(3, 2)], L.cast(d.const([[0], [1], [0]]), "int32")))
case("shape", lambda L, d: L.shape(d.v(2, 3)))
case("size", lambda L, d: L.size(d.v(2, 3)))
case("is_empty", lambda L, d: L.is_empty(d.v(2, 3)))
case("assign", lambda L, d: L.assign(d.v(2, 3)))
case("assign/array", lambda L, d: L.assign(d.np.arange(6, dtype="float32").reshape(2, 3)))
case("fill_constant", lambda L, d: L.fill_constant([2, 3], "float32", 1.5))
case("fill_constant/int", lambda L, d: L.fill_constant([1], "int64", 7))
case(
    "fill_constant_batch_size_like",
    lambda L, d: L.fill_constant_batch_size_like(d.v(4, 2), [1, 3], "float32", 2.0),
)
case("zeros", lambda L, d: L.zeros([2, 3], "float32"))
case("ones", lambda L, d: L.ones([2], "int64"))
case("zeros_like", lambda L, d: L.zeros_like(d.v(2, 3)))
case("ones_like", lambda L, d: L.ones_like(d.v(2, 3)))
case("range", lambda L, d: L.range(0, 10, 3, "int64"))
case("linspace", lambda L, d: L.linspace(0.0, 1.0, 5, "float32"))
case("eye", lambda L, d: L.eye(2, 3))
case("eye/batch", lambda L, d: L.eye(2, 3, [2]))
case("diag", lambda L, d: L.diag(d.v(3)))
case("one_hot", lambda L, d: L.one_hot(d.i(5, 4, 1), 5))
case("topk", lambda L, d: L.topk(d.v(3, 6), 2))
case("argmax", lambda L, d: L.argmax(d.v(3, 4)))
case("argmax/axis", lambda L, d: L.argmax(d.v(3, 4), 1))
case("argmin", lambda L, d: L.argmin(d.v(3, 4), axis=-1))
case("argsort", lambda L, d: L.argsort(d.v(3, 4)))
case("argsort/descending", lambda L, d: L.argsort(d.v(3, 4), axis=0, descending=True))
case("unique", lambda L, d: L.unique(d.const([2, 3, 3, 1, 5, 3])), static=False)
case("unique_with_counts", lambda L, d: L.unique_with_counts(d.const([2, 3, 3, 1, 5, 3])), static=False)
case("sequence_mask", lambda L, d: L.sequence_mask(d.const([2, 0, 3]), 4))
case("sequence_mask/longest", lambda L, d: L.sequence_mask(d.const([2, 0, 3]), dtype="float32"), static=False)
case("shard_index", lambda L, d: L.shard_index(d.i(20, 4, 1), 20, 2, 0))
case("pad", lambda L, d: L.pad(d.v(2, 3), [0, 1, 2, 0], 1.5))
case("pad2d", lambda L, d: L.pad2d(d.v(1, 2, 3, 4), [1, 0, 2, 1], "constant", 0.5))
case("pad2d/reflect", lambda L, d: L.pad2d(d.v(1, 2, 3, 4), [1, 1, 2, 1], "reflect"))
case("pad2d/edge", lambda L, d: L.pad2d(d.v(1, 2, 3, 4), [1, 0, 2, 1], "edge"))
case("pad_constant_like", lambda L, d: L.pad_constant_like(d.v(3, 4), d.v(2, 3), 0.25))
case("crop", lambda L, d: L.crop(d.v(4, 5), [2, 3], [1, 1]))
case("increment", lambda L, d: L.increment(d.v(1), 2.0, in_place=False))
case("addmm", lambda L, d: L.addmm(d.v(2, 4), d.v(2, 3), d.v(3, 4), alpha=2.0, beta=0.5))
case("cross", lambda L, d: L.cross(d.v(2, 3), d.v(2, 3), dim=1))
case("diag_embed", lambda L, d: L.diag_embed(d.v(2, 3)))
case("dist", lambda L, d: L.dist(d.v(2, 3), d.v(2, 3)))
case("flip", lambda L, d: L.flip(d.v(2, 3), [0]))
case("index_sample", lambda L, d: L.index_sample(d.v(2, 3), d.i(3, 2, 2)))
case("index_select", lambda L, d: L.index_select(d.v(4, 3), d.i(4, 2)))
case("kron", lambda L, d: L.kron(d.v(2, 2), d.v(2, 3)))
case("meshgrid", lambda L, d: L.meshgrid([d.v(2), d.v(3)]))
case("roll", lambda L, d: L.roll(d.v(3, 4), 1, 0))
case("t", lambda L, d: L.t(d.v(2, 3)))
case("trace", lambda L, d: L.trace(d.v(3, 3)))
case("tril", lambda L, d: L.tril(d.v(3, 3), 1))
case("triu", lambda L, d: L.triu(d.v(3, 3)))
case("clamp", lambda L, d: L.clamp(d.v(2, 3), -0.5, 0.5))

case("cross_entropy", lambda L, d: L.cross_entropy(L.softmax(d.v(4, 5)), d.i(5, 4, 1)))
case(
    "cross_entropy/soft",
    lambda L, d: L.cross_entropy(L.softmax(d.v(4, 5)), L.softmax(d.v(4, 5)), soft_label=True),
)
case(
    "cross_entropy/ignore",
    lambda L, d: L.cross_entropy(L.softmax(d.v(4, 5)), d.const([[1], [-1], [2], [-1]]), ignore_index=-1),
)
case("cross_entropy/3d", lambda L, d: L.cross_entropy(L.softmax(d.v(2, 3, 5)), d.i(5, 2, 3, 1)))
case("softmax_with_cross_entropy", lambda L, d: L.softmax_with_cross_entropy(d.v(4, 5), d.i(5, 4, 1)))
case(
    "softmax_with_cross_entropy/both",
    lambda L, d: L.softmax_with_cross_entropy(d.v(4, 5), d.i(5, 4, 1), return_softmax=True),
)
case(
    "softmax_with_cross_entropy/soft",
    lambda L, d: L.softmax_with_cross_entropy(d.v(4, 5), L.softmax(d.v(4, 5)), soft_label=True),
)
case(
    "sigmoid_cross_entropy_with_logits",
    lambda L, d: L.sigmoid_cross_entropy_with_logits(d.v(4, 5), d.p(4, 5)),
)
case(
    "sigmoid_cross_entropy_with_logits/ignore",
    lambda L, d: L.sigmoid_cross_entropy_with_logits(
        d.v(3, 2), L.cast(d.const([[0, 1], [-1, 1], [-1, 0]]), "float32"), -1, normalize=True
    ),
)
case("square_error_cost", lambda L, d: L.square_error_cost(d.v(4, 1), d.v(4, 1)))
case("mse_loss", lambda L, d: L.mse_loss(d.v(4, 1), d.v(4, 1)))
case("smooth_l1", lambda L, d: L.smooth_l1(d.v(4, 3), d.v(4, 3)))
case("smooth_l1/weights", lambda L, d: L.smooth_l1(d.v(4, 3), d.v(4, 3), d.p(4, 3), d.p(4, 3), sigma=2.0))
case("huber_loss", lambda L, d: L.huber_loss(d.v(4, 1), d.v(4, 1), 0.7))
case("log_loss", lambda L, d: L.log_loss(d.p(4, 1), d.p(4, 1)))
case("kldiv_loss", lambda L, d: L.kldiv_loss(d.v(4, 3), d.p(4, 3)))
case("kldiv_loss/batchmean", lambda L, d: L.kldiv_loss(d.v(4, 3), d.p(4, 3), "batchmean"))
case("dice_loss", lambda L, d: L.dice_loss(L.softmax(d.v(4, 2)), d.i(2, 4, 1)))
case("npair_loss", lambda L, d: L.npair_loss(d.v(3, 4), d.v(3, 4), L.cast(d.i(3, 3), "float32")))
case("bpr_loss", lambda L, d: L.bpr_loss(d.v(4, 5), d.i(5, 4, 1)))
case("rank_loss", lambda L, d: L.rank_loss(d.p(4, 1), d.v(4, 1), d.v(4, 1)))
case("margin_rank_loss", lambda L, d: L.margin_rank_loss(L.sign(d.v(4, 1)), d.v(4, 1), d.v(4, 1)))
case("label_smooth", lambda L, d: L.label_smooth(d.p(4, 3)))
case("hsigmoid", lambda L, d: L.hsigmoid(d.v(4, 3), d.i(6, 4, 1), 6, d.P(5, 3), d.P(5, 1)))
case("hsigmoid/no bias", lambda L, d: L.hsigmoid(d.v(4, 3), d.i(7, 4, 1), 7, d.P(6, 3), False))
case(
    "hsigmoid/custom",
    lambda L, d: L.hsigmoid(
        d.v(2, 3), d.i(4, 2, 1), 3, d.P(3, 3), d.P(3, 1), None,
        d.const([[2, 0, -1], [2, 1, 0]]), d.const([[1, 0, -1], [0, 1, 1]]), True,
    ),
)  # fmt: skip
case("accuracy", lambda L, d: L.accuracy(L.softmax(d.v(8, 5)), d.i(5, 8, 1)))
case("accuracy/k", lambda L, d: L.accuracy(L.softmax(d.v(8, 5)), d.i(5, 8, 1), k=2))

case("fc", lambda L, d: L.fc(d.v(4, 3), 2, param_attr=d.P(3, 2), bias_attr=d.P(2)))
case("fc/act", lambda L, d: L.fc(d.v(4, 3), 2, param_attr=d.P(3, 2), bias_attr=False, act="tanh"))
case("fc/flat", lambda L, d: L.fc(d.v(4, 3, 2), 5, param_attr=d.P(6, 5), bias_attr=d.P(5)))
case(
    "fc/axes",
    lambda L, d: L.fc(
        d.v(4, 3, 2), 5, num_flatten_dims=2, param_attr=d.P(2, 5), bias_attr=d.P(5), act="relu"
    ),
)
case(
    "fc/two",
    lambda L, d: L.fc([d.v(4, 3), d.v(4, 2)], 5, param_attr=[d.P(3, 5), d.P(2, 5)], bias_attr=d.P(5)),
)
case(
    "conv2d",
    lambda L, d: L.conv2d(d.v(2, 3, 6, 5), 4, 3, param_attr=d.P(4, 3, 3, 3), bias_attr=d.P(4)),
    **IN_A_PROGRAM,
)
case(
    "conv2d/act",
    lambda L, d: L.conv2d(
        d.v(2, 3, 6, 5), 4, [3, 2], 2, 1, param_attr=d.P(4, 3, 3, 2), bias_attr=False, act="relu"
    ),
    **IN_A_PROGRAM,
)
case(
    "conv2d/groups",
    lambda L, d: L.conv2d(
        d.v(2, 4, 6, 5), 4, 3, padding=1, dilation=2, groups=2, param_attr=d.P(4, 2, 3, 3), bias_attr=d.P(4)
    ),
)
case(
    "conv2d/same",
    lambda L, d: L.conv2d(d.v(2, 3, 6, 5), 4, 3, 2, "SAME", param_attr=d.P(4, 3, 3, 3), bias_attr=d.P(4)),
    **IN_A_PROGRAM,
)
case(
    "conv3d",
    lambda L, d: L.conv3d(d.v(1, 2, 4, 4, 4), 3, 2, param_attr=d.P(3, 2, 2, 2, 2), bias_attr=d.P(3)),
    **IN_A_PROGRAM,
)
case(
    "conv2d_transpose",
    lambda L, d: L.conv2d_transpose(
        d.v(2, 3, 4, 4), 2, filter_size=3, stride=2, padding=1, param_attr=d.P(3, 2, 3, 3), bias_attr=d.P(2)
    ),
)
case(
    "conv2d_transpose/size",
    lambda L, d: L.conv2d_transpose(
        d.v(2, 3, 4, 4), 2, output_size=8, stride=2, param_attr=d.P(3, 2, 2, 2), bias_attr=d.P(2)
    ),
)
case("pool2d", lambda L, d: L.pool2d(d.v(2, 3, 6, 6), 2, "max", 2))
case("pool2d/avg", lambda L, d: L.pool2d(d.v(2, 3, 6, 6), 3, "avg", 2, 1))
case("pool2d/inclusive", lambda L, d: L.pool2d(d.v(2, 3, 6, 6), 3, "avg", 2, 1, exclusive=False))
case("pool2d/ceil", lambda L, d: L.pool2d(d.v(2, 3, 5, 5), 2, "max", 2, ceil_mode=True))
case("pool2d/global", lambda L, d: L.pool2d(d.v(2, 3, 5, 5), pool_type="avg", global_pooling=True))
case("pool3d", lambda L, d: L.pool3d(d.v(1, 2, 4, 4, 4), 2, "max", 2))
case("adaptive_pool2d", lambda L, d: L.adaptive_pool2d(d.v(2, 3, 7, 5), [3, 2], "avg"))
case("adaptive_pool2d/max", lambda L, d: L.adaptive_pool2d(d.v(2, 3, 7, 5), 2, "max"))
case("batch_norm", lambda L, d: L.batch_norm(d.v(4, 3, 2, 2), param_attr=d.P(3), bias_attr=d.P(3)))
case(
    "batch_norm/test",
    lambda L, d: L.batch_norm(d.v(4, 3), is_test=True, act="relu", param_attr=d.P(3), bias_attr=d.P(3)),
    **IN_A_PROGRAM,
)
case("embedding", lambda L, d: L.embedding(d.i(5, 4, 1), [5, 3], param_attr=d.P(5, 3)))
case(
    "embedding/padding",
    lambda L, d: L.embedding(d.i(5, 4, 2, 1), [5, 3], padding_idx=1, param_attr=d.P(5, 3)),
)
case(
    "layer_norm", lambda L, d: L.layer_norm(d.v(4, 3, 2), param_attr=d.P(6), bias_attr=d.P(6)), **IN_A_PROGRAM
)
case(
    "layer_norm/axis",
    lambda L, d: L.layer_norm(d.v(4, 3, 2), begin_norm_axis=2, scale=False, shift=False, act="relu"),
    **IN_A_PROGRAM,
)
case("group_norm", lambda L, d: L.group_norm(d.v(2, 4, 3, 3), 2, param_attr=d.P(4), bias_attr=d.P(4)))
case("instance_norm", lambda L, d: L.instance_norm(d.v(2, 3, 3, 3), param_attr=d.P(3), bias_attr=d.P(3)))
case("dropout/test", lambda L, d: L.dropout(d.v(4, 3), 0.3, is_test=True), **IN_A_PROGRAM)
case(
    "dropout/test_upscaled",
    lambda L, d: L.dropout(d.v(4, 3), 0.3, True, dropout_implementation="upscale_in_train"),
    **IN_A_PROGRAM,
)
case("prelu", lambda L, d: L.prelu(d.v(2, 3, 2, 2), "all", param_attr=d.P(1)))
case("prelu/channel", lambda L, d: L.prelu(d.v(2, 3, 2, 2), "channel", param_attr=d.P(1, 3, 1, 1)))
case("prelu/element", lambda L, d: L.prelu(d.v(2, 3, 2, 2), "element", param_attr=d.P(1, 3, 2, 2)))
case(
    "bilinear_tensor_product",
    lambda L, d: L.bilinear_tensor_product(
        d.v(2, 3), d.v(2, 4), 5, param_attr=d.P(5, 3, 4), bias_attr=d.P(1, 5)
    ),
)
case("gru_unit", lambda L, d: L.gru_unit(d.v(2, 9), d.v(2, 3), 9, param_attr=d.P(3, 9), bias_attr=d.P(1, 9)))
case(
    "gru_unit/origin",
    lambda L, d: L.gru_unit(
        d.v(2, 9), d.v(2, 3), 9, param_attr=d.P(3, 9), bias_attr=d.P(1, 9), origin_mode=True
    ),
)
case(
    "lstm_unit",
    lambda L, d: L.lstm_unit(d.v(2, 4), d.v(2, 3), d.v(2, 3), 0.5, param_attr=d.P(7, 12), bias_attr=d.P(12)),
)
case("image_resize", lambda L, d: L.image_resize(d.v(1, 2, 3, 4), [6, 7]))
case("resize_bilinear", lambda L, d: L.resize_bilinear(d.v(1, 2, 3, 4), [6, 7], align_corners=False))
case(
    "resize_bilinear/mode0",
    lambda L, d: L.resize_bilinear(d.v(1, 2, 3, 4), [6, 7], align_corners=False, align_mode=0),
)
case("resize_bilinear/scale", lambda L, d: L.resize_bilinear(d.v(1, 2, 3, 4), scale=2.0))
case("resize_nearest", lambda L, d: L.resize_nearest(d.v(1, 2, 3, 4), [6, 7]))
case("resize_nearest/free", lambda L, d: L.resize_nearest(d.v(1, 2, 3, 4), [6, 7], align_corners=False))
case("grid_sampler", lambda L, d: L.grid_sampler(d.v(1, 2, 3, 4), L.tanh(d.v(1, 3, 4, 2))))
case("affine_grid", lambda L, d: L.affine_grid(d.v(1, 2, 3), [1, 2, 3, 4]))
case("pixel_shuffle", lambda L, d: L.pixel_shuffle(d.v(1, 8, 3, 3), 2))
case("shuffle_channel", lambda L, d: L.shuffle_channel(d.v(1, 4, 2, 2), 2))
case("space_to_depth", lambda L, d: L.space_to_depth(d.v(1, 4, 4, 4), 2))
case("temporal_shift", lambda L, d: L.temporal_shift(d.v(4, 4, 2, 2), 2))
case("unfold", lambda L, d: L.unfold(d.v(1, 2, 4, 4), 2))
case("lrn", lambda L, d: L.lrn(d.v(1, 6, 3, 3), 5))
case(
    "cond",
    lambda L, d: L.cond(
        L.less_than(L.fill_constant([1], "float32", 1.0), L.fill_constant([1], "float32", 2.0)),
        lambda: L.relu(d.v(2, 3)),
        lambda: L.tanh(d.v(2, 3)),
    ),
    static=False,
)
case(
    "operators",
    lambda L, d: (lambda x, y: -x * 2 + (y - 1) / x - 3 * y + (2 - x) + 1 / y)(d.p(2, 3), d.p(2, 3)),
)
case("operators/shapes", lambda L, d: d.v(2, 3) + d.v(3))
case("getitem", lambda L, d: d.v(3, 4)[1])
case("getitem/element", lambda L, d: d.v(3, 4)[1, 2], static=False)
case("getitem/slices", lambda L, d: d.v(3, 4)[1:, :2])
