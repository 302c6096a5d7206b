"""What ``fluid.layers`` of 1.8 has and this package has not, and what to use instead."""

from __future__ import annotations

from typing import Any

from .door import refused

__all__ = ["TABLE", "refusals"]

#: Names, each group with the reason.
_GROUPS = """
it works on sequences of varying length (LoD): pad them to [batch, time, ...], and use sequence_mask
    dynamic_gru dynamic_lstm dynamic_lstmp im2sequence lod_append lod_reset reorder_lod_tensor_by_rank
    row_conv sequence_concat sequence_conv sequence_enumerate sequence_expand sequence_expand_as
    sequence_first_step sequence_last_step sequence_pad sequence_pool sequence_reshape sequence_reverse
    sequence_scatter sequence_slice sequence_softmax sequence_unpad beam_search beam_search_decode chunk_eval
    edit_distance ctc_greedy_decoder crf_decoding linear_chain_crf DynamicRNN
detection ops are not part of this package
    anchor_generator bipartite_match box_clip box_coder box_decoder_and_assign collect_fpn_proposals
    deformable_conv deformable_roi_pooling density_prior_box detection_output distribute_fpn_proposals
    generate_mask_labels generate_proposal_labels generate_proposals iou_similarity locality_aware_nms
    matrix_nms multi_box_head multiclass_nms polygon_box_transform prior_box prroi_pool psroi_pool
    retinanet_detection_output retinanet_target_assign roi_align roi_perspective_transform roi_pool
    rpn_target_assign ssd_loss target_assign yolo_box yolov3_loss
use fluid.io.load_vars, or scope.find_var(name).get_tensor().set(array, place)
    load
use paddle.nn.LSTM, paddle.nn.GRU or their cells, in a loop of Python or static.nn.while_loop
    BasicDecoder BeamSearchDecoder DecodeHelper Decoder GRUCell GreedyEmbeddingHelper LSTMCell RNNCell
    SampleEmbeddingHelper TrainingHelper dynamic_decode gather_tree lstm rnn
the numbers it draws are sampled for each row: use nce, or softmax_with_cross_entropy over all classes
    sampled_softmax_with_cross_entropy
use paddle.distribution or NumPy
    Categorical MultivariateNormalDiag Normal Uniform random_crop sampling_id
it has no counterpart here
    add_position_encoding center_loss continuous_value_model data_norm filter_by_instag hash inplace_abn
    sigmoid_focal_loss similarity_focus teacher_student_sigmoid_loss tensor_array_to_tensor
"""


def refusals(groups: str, where: str = "fluid.layers") -> dict[str, Any]:
    """What refuses each of the names, which follow their reason on lines that are indented."""
    found, reason = {}, ""
    for line in groups.strip().splitlines():
        if line.startswith(" "):
            found.update({name: refused(name, reason, where) for name in line.split()})
        else:
            reason = line
    return found


TABLE = refusals(_GROUPS)
