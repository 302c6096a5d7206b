"""The checklist of the compiler, row by row: what each asks for, in our own words, and the tests that hold it.

Ids are relative to tests/programs. `pytest $(python -m tests.programs.rows 24 26)` runs those of some rows. Where a
row speaks of programs, `harness.check` runs them every way.
"""

from __future__ import annotations

import os
import sys

FOLDER = "tests/programs"
#: A row, or a point of the issue: its title and its tests.
# fmt: off
ROWS = {
    1: ("if/elif/else on a tensor", (
        "test_conditionals.py::test_elif_chain",
    )),
    2: ("if without else", (
        "test_conditionals.py::test_if_without_else",
        "test_conditionals.py::test_a_branch_that_changes_nothing_is_no_branch",
    )),
    3: ("three deep, tensors and Python mixed; Python leaves no op", (
        "test_conditionals.py::test_nested_three_deep_with_python_conditions",
        "test_conditionals.py::test_python_conditions_leave_nothing",
        "test_conditionals.py::test_a_long_chain_is_not_too_deep", "../jit/test_program_size.py::test_growth_is_linear",
    )),
    4: ("conditional expressions in every place", (
        "test_conditionals.py::test_ternaries", "test_conditionals.py::test_every_place_of_a_ternary",
    )),
    5: ("a condition's shape and dtype; two elements are refused", (
        "test_conditionals.py::test_predicate_shapes", "test_conditionals.py::test_predicates_of_other_dtypes",
        "test_conditionals.py::test_predicate_of_two_elements_or_none",
        "test_refused.py::test_the_page_says_what_is_said",
    )),
    6: ("branches without a statement of weight", (
        "test_conditionals.py::test_empty_branches",
    )),
    7: ("conditions that are known leave no branch", (
        "test_conditionals.py::test_constant_condition_is_folded",
        "test_conditionals.py::test_python_conditions_leave_nothing",
        "test_conditionals.py::test_a_condition_that_simplifying_makes_constant_is_no_branch_in_onnx",
        "test_logic.py::test_sizes_that_are_surely_equal_need_no_branch",
    )),
    8: ("match", (
        "test_match.py::test_literals_or_patterns_and_wildcard", "test_match.py::test_no_case_fits",
        "test_match.py::test_guards_and_captures", "test_match.py::test_values_by_name_and_a_capture_read_afterwards",
        "test_match.py::test_a_python_subject_with_a_tensor_guard",
        "test_match.py::test_in_a_loop_with_break_and_continue", "test_match.py::test_structures_that_hold_tensors",
        "test_match.py::test_a_number_that_a_branch_changes", "test_match.py::test_python_values_match_as_in_python",
        "test_match.py::test_errors_of_patterns_are_pythons",
        "test_match.py::test_a_number_of_two_kinds_matches_no_class",
        "test_match.py::test_names_of_alternatives_that_a_tensor_chooses_are_refused",
        "test_match.py::test_subjects_are_taken_apart_as_python_does",
        "test_match.py::test_a_key_that_is_looked_for_twice",
    )),
    9: ("walrus", (
        "test_branch_names.py::test_walrus", "test_branch_names.py::test_every_place_of_a_walrus",
    )),
    10: ("functions and classes defined in a branch", (
        "test_branch_names.py::test_definition_in_a_branch", "test_branch_names.py::test_definitions_in_branches",
        "test_branch_names.py::test_what_a_branch_defines_and_the_other_does_not", "test_undecided.py::test_functions",
        "test_undecided.py::test_a_function_bound_in_one_branch_only",
        "test_undecided.py::test_a_class_of_two_is_refused_by_name",
        "test_errors.py::test_errors_of_a_running_graph_name_the_users_line",
    )),
    11: ("del", (
        "test_branch_names.py::test_names_deleted_in_and_after_branches",
        "test_branch_names.py::test_reading_a_deleted_name", "test_branch_names.py::test_bound_in_one_branch_only",
        "test_branch_names.py::test_bound_in_one_branch_and_not_read",
        "test_loop_names.py::test_bound_and_deleted_in_the_loop",
    )),
    12: ("equal branches collapse", (
        "test_conditionals.py::test_values_equal_in_both_branches_need_no_branch",
        "../test_simplify.py::test_what_both_branches_compute_is_computed_once",
        "../test_simplify.py::test_nested_branches_that_agree_collapse",
        "../test_simplify.py::test_branches_that_differ_in_a_number_or_a_gradient_stay",
    )),
    13: ("while on a tensor, none and more rounds", (
        "test_loops.py::test_while_with_tensor_counter",
    )),
    14: ("a counter of Python's becomes a number of the graph", (
        "test_loops.py::test_while_with_python_counter", "test_conditionals.py::test_numbers_are_weak",
        "test_builtins.py::test_numbers_take_the_dtype_they_meet",
    )),
    15: ("while True with a break on a tensor", (
        "test_loops.py::test_while_true_with_break", "test_exits.py::test_return_in_while_true",
        "test_loop_names.py::test_first_bound_in_a_loop_that_runs",
    )),
    16: ("range of tensors, in every direction", (
        "test_iterables.py::test_range", "test_iterables.py::test_a_range_that_python_refuses",
        "test_iterables.py::test_a_range_of_unknown_length_is_a_range",
        "test_iterables.py::test_what_a_range_of_unknown_length_cannot", "test_builtins.py::test_the_length_of_a_range",
    )),
    17: ("the loop's variable afterwards", (
        "test_loop_names.py::test_the_variable_of_a_loop_is_its_last_value_or_what_it_was",
        "test_loop_names.py::test_loop_variable_afterwards", "test_loop_names.py::test_first_bound_in_the_loop",
        "test_loop_names.py::test_names_of_no_round_are_unbound_as_in_python",
    )),
    18: ("the loop's variable bound anew in the body", (
        "test_loop_names.py::test_reassigned_loop_variable",
    )),
    19: ("the rows of a tensor", (
        "test_iterables.py::test_rows_of_a_tensor", "test_iterables.py::test_rank_0_is_not_iterable",
        "test_iterables.py::test_no_axis_is_the_same_error_in_a_graph", "test_exits.py::test_return_of_a_row",
    )),
    20: ("enumerate, zip, reversed", (
        "test_iterables.py::test_enumerate_zip_reversed", "test_iterables.py::test_pairs",
        "test_iterables.py::test_lists_of_tuples", "test_iterables.py::test_an_iterator_is_gone_through_once",
    )),
    21: ("builtins are known by object", (
        "test_iterables.py::test_builtins_are_resolved_by_object",
    )),
    22: ("iterators and generators stay lazy", (
        "test_iterables.py::test_generators_stay_lazy",
        "test_iterables.py::test_an_iterator_goes_on_where_a_loop_has_left_it",
        "test_iterables.py::test_endless_iterator_with_tensor_break", "test_generators.py::test_python_stays_lazy",
        "test_generators.py::test_the_first_iterable_is_evaluated_at_once_the_rest_later",
        "test_iterables.py::test_an_iterator_is_not_gone_on_with_after_a_tensor_has_stopped_it",
    )),
    23: ("nested loops, bounds of the outer's index", (
        "test_loops.py::test_nested_loops", "test_loops.py::test_sizes_of_one_loop_after_the_other",
        "test_lists.py::test_growing", "test_state.py::test_read_and_append",
    )),
    24: ("break and continue, flags reset at each entry", (
        "test_loops.py::test_break_and_continue", "test_loops.py::test_flags_are_reset_at_each_entry",
        "test_loops.py::test_flags_of_for_loops_are_reset_at_each_entry",
    )),
    25: ("break on a tensor in a loop of Python's", (
        "test_loops.py::test_tensor_break_in_a_python_loop",
        "test_exits.py::test_return_in_python_loop_on_tensor_condition",
    )),
    26: ("else of loops", (
        "test_loops.py::test_every_kind_of_loop_else", "test_loops.py::test_loop_else",
    )),
    27: ("swaps, chains, and what the round before has set", (
        "test_loops.py::test_swap_and_previous", "test_loop_names.py::test_a_chain_of_five",
        "test_loop_names.py::test_the_previous_round",
        "test_loop_names.py::test_read_in_one_loop_what_another_has_bound",
        "test_undecided.py::test_none_that_a_python_loop_replaces",
        "test_undecided.py::test_none_that_a_graphs_loop_replaces",
        "test_undecided.py::test_none_until_the_first_round",
    )),
    28: ("temporaries are not carried", (
        "test_loops.py::test_temporaries_are_not_carried",
    )),
    29: ("sizes change in a loop, ranks do not", (
        "test_loops.py::test_growing_shape", "test_loops.py::test_a_rank_change_is_refused",
        "../test_control.py::test_sizes_that_change_in_a_loop_become_symbolic",
        "test_refused.py::test_the_page_says_what_is_said",
    )),
    30: ("numbers become floats, tensors keep their dtype, in two captures of the body", (
        "test_loops.py::test_number_becomes_float", "test_loops.py::test_dtype_change_is_refused",
        "test_loops.py::test_a_body_is_captured_twice_at_most", "test_refused.py::test_the_page_says_what_is_said",
    )),
    31: ("first bound in a loop, read after it", (
        "test_loop_names.py::test_first_bound_in_the_loop", "test_loop_names.py::test_first_bound_in_a_loop_that_runs",
        "test_loop_names.py::test_names_of_no_round_are_unbound_as_in_python",
        "test_loop_names.py::test_what_no_round_may_bind_has_no_size_of_another",
        "test_errors.py::test_errors_of_a_running_graph_name_the_users_line",
    )),
    32: ("sizes as bounds, numbers, shapes and in texts", (
        "test_loops.py::test_sizes_as_numbers", "test_loops.py::test_sizes_in_every_place",
        "test_text.py::test_sizes_in_texts", "test_logic.py::test_sizes_compared",
    )),
    33: ("a large loop of Python's warns; nesting grows linearly", (
        "test_iterables.py::test_a_large_python_loop_warns_once", "../jit/test_program_size.py::test_growth_is_linear",
    )),
    34: ("what no round changes is outside the loop", (
        "../test_simplify.py::test_what_does_not_change_is_computed_before_the_loop",
        "../test_simplify.py::test_what_may_fail_stays_in_the_loop",
        "../test_simplify.py::test_draws_of_a_loop_stay_in_it",
        "../test_simplify.py::test_what_the_loop_writes_is_read_anew",
    )),
    35: ("early returns, of structures too", (
        "test_exits.py::test_early_returns", "test_exits.py::test_structures",
        "test_exits.py::test_every_path_without_a_value",
    )),
    36: ("return in a loop", (
        "test_exits.py::test_return_in_a_loop", "test_exits.py::test_several_returns_in_a_while_loop",
        "test_exits.py::test_return_in_nested_loops", "test_exits.py::test_return_in_while_true",
        "test_exits.py::test_returns_in_python_and_graph_loops_with_fall_through",
        "test_exits.py::test_return_of_a_row",
    )),
    37: ("return in with and try/finally", (
        "test_exits.py::test_return_inside_with", "test_exits.py::test_three_returns_inside_with",
        "test_exits.py::test_finally_runs_on_every_way_out", "test_exits.py::test_finally_runs_after_three_returns",
        "test_exits.py::test_break_and_continue_inside_with_and_try", "test_exits.py::test_suppressed_exception",
        "test_exits.py::test_a_return_in_finally_is_not_rewritten",
        "../jit/test_source.py::test_exits_in_finally_are_left_to_python",
    )),
    38: ("a tensor on one path, None on another", (
        "test_exits.py::test_returns_that_do_not_fit_together", "test_conditionals.py::test_none_is_refused",
        "test_undecided.py::test_none_or_a_tensor", "test_undecided.py::test_none_that_is_never_needed",
        "test_undecided.py::test_none_that_is_needed", "test_refused.py::test_the_page_says_what_is_said",
    )),
    39: ("returns of two structures", (
        "test_exits.py::test_returns_that_do_not_fit_together",
        "test_exits.py::test_results_that_do_not_fit_but_nobody_reads",
        "test_refused.py::test_the_page_says_what_is_said",
    )),
    40: ("raise in a branch", (
        "test_errors.py::test_raise_under_a_tensor_condition", "test_errors.py::test_raise_gives_no_value",
        "test_errors.py::test_messages_are_made_when_the_graph_raises", "test_errors.py::test_the_cause_is_kept",
        "test_errors.py::test_raise_in_loops_and_helpers", "test_errors.py::test_raise_that_is_handled_is_refused",
        "test_errors.py::test_errors_of_a_running_graph_name_the_users_line",
        "../export/test_checks.py::test_all_of_it_is_one_session_and_fails_as_eagerly",
    )),
    41: ("assert", (
        "test_errors.py::test_assert_on_a_tensor", "test_errors.py::test_assert_messages",
        "test_errors.py::test_errors_of_a_running_graph_name_the_users_line",
        "../export/test_checks.py::test_all_of_it_is_one_session_and_fails_as_eagerly",
        "../export/test_checks.py::test_gradients_of_a_loop_with_a_check",
    )),
    42: ("and, or skip their right side", (
        "test_logic.py::test_and_or_not", "test_logic.py::test_short_circuit",
        "test_logic.py::test_the_right_side_is_really_skipped",
        "test_logic.py::test_operands_that_are_not_skipped_cannot_fail",
    )),
    43: ("and, or give an operand; as a condition they cost nothing more", (
        "test_logic.py::test_value_semantics", "test_logic.py::test_an_operand_is_returned",
        "test_logic.py::test_operands_of_a_condition_need_not_fit_together",
        "test_logic.py::test_operands_of_a_condition_cost_no_op_of_their_own",
    )),
    44: ("chained comparisons", (
        "test_logic.py::test_chained_comparison", "test_logic.py::test_chains_ask_each_operand_once",
    )),
    45: ("in and not in", (
        "test_logic.py::test_membership_and_identity", "test_builtins.py::test_membership",
        "test_builtins.py::test_a_number_as_a_key_is_refused",
    )),
    46: ("what Python decides while the graph is built", (
        "test_builtins.py::test_what_is_decided_while_the_graph_is_built", "test_builtins.py::test_types_of_numbers",
        "test_logic.py::test_membership_and_identity", "test_undecided.py::test_none_or_a_tensor",
    )),
    47: ("builtins on tensors", (
        "test_builtins.py::test_numbers_of_tensors", "test_builtins.py::test_numbers_carry_no_gradient",
        "test_builtins.py::test_item_of_larger_tensors", "test_builtins.py::test_complex",
        "test_builtins.py::test_tolist_is_refused", "test_builtins.py::test_arithmetic_builtins",
        "test_builtins.py::test_round_of_numbers", "test_builtins.py::test_round_to_digits_is_refused",
        "test_builtins.py::test_max_and_min", "test_builtins.py::test_max_min_sum_any_all_over_a_tensor",
        "test_builtins.py::test_max_by_a_key", "test_builtins.py::test_max_by_a_key_over_a_tensor",
        "test_builtins.py::test_any_and_all_of_lists", "test_builtins.py::test_sorted_is_refused",
        "test_logic.py::test_builtins",
    )),
    48: ("texts and print", (
        "test_text.py::test_print_of_tensors", "test_text.py::test_print_in_branches",
        "test_text.py::test_print_in_a_loop", "test_text.py::test_print_of_python_values_is_pythons",
        "test_text.py::test_every_way_to_make_a_text", "test_text.py::test_texts_that_branches_make",
        "test_text.py::test_print_to_a_file", "test_text.py::test_an_unused_text_prevents_nothing",
        "test_text.py::test_a_text_that_is_needed_is_refused", "test_text.py::test_sizes_in_texts",
        "test_undecided.py::test_strings", "test_undecided.py::test_a_string_as_a_key",
        "test_text.py::test_objects_show_what_their_own_methods_make_of_tensors",
        "test_text.py::test_a_text_is_what_it_was_when_it_was_made",
    )),
    49: ("integers: overflow, division, modulo, zero", (
        "test_builtins.py::test_floor_division_and_modulo", "test_builtins.py::test_integer_division_by_zero",
        "test_builtins.py::test_division_of_floats_by_zero", "test_builtins.py::test_integers_wrap_around",
        "test_errors.py::test_errors_of_a_running_graph_name_the_users_line",
    )),
    50: ("numbers keep the dtype of the tensor they meet", (
        "test_builtins.py::test_numbers_take_the_dtype_they_meet",
        "test_builtins.py::test_a_0d_tensor_is_a_scalar_to_others", "test_conditionals.py::test_numbers_are_weak",
        "test_conditionals.py::test_different_dtypes_are_refused", "test_undecided.py::test_numbers_of_two_kinds",
        "test_undecided.py::test_bools_that_branches_set", "test_undecided.py::test_tensors_of_different_kinds",
        "test_undecided.py::test_tensors_of_different_kinds_are_no_result",
    )),
    51: ("indices of every kind, and out of range", (
        "test_logic.py::test_every_kind_of_index", "test_logic.py::test_an_index_out_of_range_raises_everywhere",
        "test_logic.py::test_writing_out_of_range_raises_everywhere",
        "test_errors.py::test_errors_of_a_running_graph_name_the_users_line",
    )),
    52: ("comprehensions", (
        "test_logic.py::test_comprehensions", "test_logic.py::test_comprehensions_with_ternaries",
        "test_logic.py::test_comprehensions_of_other_kinds", "test_logic.py::test_comprehensions_over_rows",
        "test_logic.py::test_a_filter_on_tensors",
        "test_logic.py::test_comprehensions_over_unknown_rows_that_are_no_lists",
        "test_generators.py::test_sums_and_tests", "test_generators.py::test_filters",
        "test_generators.py::test_lists_of_other_dtypes_that_begin_empty",
        "../jit/test_source.py::test_dict_comprehensions_evaluate_the_key_first",
    )),
    53: ("lambdas", (
        "test_logic.py::test_lambda_as_a_callback", "test_logic.py::test_lambdas",
        "test_builtins.py::test_max_by_a_key", "test_functions.py::test_functions_that_a_builtin_calls",
    )),
    54: ("append in a loop, then use the list", (
        "test_lists.py::test_growing", "test_lists.py::test_too_short", "test_state.py::test_append_in_a_tensor_loop",
        "test_state.py::test_read_and_append", "test_state.py::test_a_list_of_unknown_length_is_returned",
        "test_state.py::test_append_in_a_python_loop",
    )),
    55: ("append in branches", (
        "test_lists.py::test_appended_in_branches", "test_lists.py::test_starred_lists_are_lists",
        "test_state.py::test_append_in_branches",
    )),
    56: ("every method of a list", (
        "test_lists.py::test_growing", "test_lists.py::test_too_short", "test_lists.py::test_an_index_that_is_a_tensor",
        "test_lists.py::test_lists_of_every_origin_grow",
    )),
    57: ("lists of other shapes and dtypes", (
        "test_lists.py::test_growing", "test_lists.py::test_items_of_one_kind",
        "test_lists.py::test_a_number_of_another_kind_is_refused_with_its_line",
    )),
    58: ("containers and attributes changed by path, under every name", (
        "test_state.py::test_attributes_and_items_in_branches", "test_state.py::test_attributes_in_loops",
        "test_state.py::test_paths_into_nested_containers", "test_state.py::test_objects_made_in_a_branch_are_its_own",
        "test_rebinding.py::test_changed_in_place_and_bound_anew",
        "test_rebinding.py::test_another_name_for_a_list_changed_in_place_and_bound_anew",
        "test_rebinding.py::test_elements_changed_in_one_branch_and_the_list_replaced_in_the_other",
        "test_rebinding.py::test_a_dict_changed_in_one_branch_and_replaced_in_the_other",
        "test_rebinding.py::test_an_object_changed_in_one_branch_and_replaced_in_the_other",
        "test_undecided.py::test_containers_that_a_condition_chooses_are_read",
        "test_undecided.py::test_containers_that_a_condition_chooses_are_not_written_to",
        "test_chosen_containers.py::test_what_a_branch_has_changed_is_in_what_it_leaves",
        "test_chosen_containers.py::test_after_a_write_to_one_of_two_lists_the_other_cannot_be_read",
        "test_chosen_containers.py::test_a_list_that_was_chosen_grows_when_nobody_reads_the_others",
        "test_chosen_containers.py::test_other_containers_cannot_be_written_to_once_one_of_two_is_chosen",
        "test_shared_containers.py::test_two_names_that_may_be_one_list",
        "test_shared_containers.py::test_two_names_that_may_be_one_dict",
        "test_shared_containers.py::test_identity_of_lists_that_a_condition_chooses",
        "test_shared_containers.py::test_changes_that_only_one_name_sees",
    )),
    59: ("a new key in both branches, in one", (
        "test_state.py::test_attributes_and_items_in_branches", "test_state.py::test_what_one_path_adds_is_refused",
    )),
    60: ("writes to elements, views and arguments", (
        "test_views.py::test_a_write_shows_in_the_family", "test_views.py::test_a_write_to_a_broadcast_is_refused",
        "test_views.py::test_a_write_to_a_tensor_made_in_a_branch_stays_there",
        "test_views.py::test_a_write_to_an_argument_reaches_the_caller", "test_views.py::test_writes",
        "test_views.py::test_writes_to_an_argument", "test_state.py::test_write_into_a_tensor",
        "test_logic.py::test_writing_out_of_range_raises_everywhere",
        "test_shared_tensors.py::test_a_write_shows_under_every_name",
        "test_shared_tensors.py::test_an_argument_that_may_be_written_to_is",
        "test_shared_tensors.py::test_what_would_show_only_under_one_name_is_refused",
    )),
    61: ("buffers and statistics", (
        "test_buffers.py::test_every_call_goes_on_from_the_last",
        "test_buffers.py::test_a_buffer_keeps_dtype_and_shape",
        "test_buffers.py::test_a_capture_that_fails_leaves_the_buffers",
        "test_buffers.py::test_what_training_updates_is_saved_as_it_is_and_stays",
        "test_layers.py::test_batch_norm_in_a_branch_and_a_loop",
        "test_layers.py::test_training_mode_is_part_of_the_key",
        "../jit/test_modes.py::test_both_modes_keep_their_program",
        "../jit/test_modes.py::test_what_was_trained_is_saved_in_eval_mode",
    )),
    62: ("changes by helpers and methods", (
        "test_state.py::test_mutation_by_a_method", "test_state.py::test_mutation_that_no_statement_shows",
        "test_state.py::test_other_containers_are_followed_or_refused",
        "test_state.py::test_list_of_outside_is_not_changed_by_a_graph",
        "test_arguments_change.py::test_a_change_of_an_argument_reaches_the_caller",
        "test_arguments_change.py::test_by_keyword",
        "test_arguments_change.py::test_a_default_keeps_what_calls_put_there",
        "test_arguments_change.py::test_a_capture_that_fails_leaves_everything_as_it_was",
        "test_arguments_change.py::test_no_tensor_of_the_graph_gets_out",
        "test_guards.py::test_what_is_written_around_the_function_is_written_at_every_run",
    )),
    63: ("structures as arguments, results and in branches", (
        "test_structures.py::test_structures_everywhere", "test_structures.py::test_a_dataclass",
        "test_structures.py::test_nested_arguments",
        "test_structures.py::test_what_holds_no_tensors_is_made_anew_by_every_call",
        "test_conditionals.py::test_structures", "test_guards.py::test_tensors_in_other_objects_are_not_returned",
    )),
    64: ("helpers, closures, globals, every kind of argument", (
        "test_functions.py::test_helpers_closures_and_defaults",
        "test_functions.py::test_nonlocal_written_by_a_function_called_in_a_branch",
        "test_functions.py::test_nonlocal_written_by_a_function_called_in_a_loop",
        "test_functions.py::test_globals_are_written",
        "test_functions.py::test_variables_of_the_call_itself_are_not_watched",
        "test_state.py::test_mutation_that_no_statement_shows",
        "../jit/test_source.py::test_globals_and_closure_are_shared",
    )),
    65: ("decorators are kept", (
        "test_functions.py::test_decorators_are_kept", "test_functions.py::test_decorators_partials_and_callables",
        "../jit/test_source.py::test_decorators_are_functions_of_their_own",
    )),
    66: ("partials, methods, callables, properties, operators", (
        "test_functions.py::test_decorators_partials_and_callables",
        "test_functions.py::test_functions_that_a_builtin_calls",
        "test_classes.py::test_properties_items_and_calls_of_the_users_classes",
        "test_classes.py::test_operators_of_users_classes",
        "test_classes.py::test_operators_are_put_back_after_a_refusal", "test_classes.py::test_iterators_of_the_users",
        "test_classes.py::test_copies_of_objects_in_a_loop", "test_classes.py::test_methods_of_base_classes",
    )),
    67: ("super, several bases, private names, hooks, lists of layers", (
        "test_classes.py::test_methods_of_base_classes", "test_layers.py::test_layers",
        "test_layers.py::test_layers_of_several_bases_with_private_names", "test_layers.py::test_hooks_are_rewritten",
        "test_layers.py::test_decorated_methods", "test_layers.py::test_attributes_are_guarded",
        "../jit/test_source.py::test_private_names_are_mangled",
    )),
    68: ("recursion", (
        "test_functions.py::test_recursion_with_a_python_bound",
        "test_functions.py::test_recursion_through_a_global_name", "test_functions.py::test_recursion_on_a_tensor_ends",
        "test_refused.py::test_the_page_says_what_is_said",
    )),
    69: ("generators", (
        "test_functions.py::test_generators", "test_errors.py::test_yield_under_a_tensor_condition_is_refused",
        "test_refused.py::test_the_page_says_what_is_said",
    )),
    70: ("with", (
        "test_context_managers.py::test_no_grad_around_a_branch",
        "test_context_managers.py::test_no_grad_around_what_may_not_happen",
        "test_context_managers.py::test_what_context_managers_change",
        "test_context_managers.py::test_context_managers_enter_and_exit_in_order",
        "test_context_managers.py::test_amp_around_and_in_branches_and_loops", "test_exits.py::test_return_inside_with",
    )),
    71: ("try, and errors of the capture in it", (
        "test_errors.py::test_python_exceptions_stay_pythons", "test_errors.py::test_return_in_try",
        "test_errors.py::test_return_in_except_and_else",
        "test_errors.py::test_what_leaves_a_branch_or_a_loop_is_not_handled_around_it",
        "test_errors.py::test_what_a_branch_or_loop_raises_and_handles",
        "test_errors.py::test_the_users_handler_does_not_see_errors_of_the_capture",
        "test_errors.py::test_no_handler_of_ours_catches_everything",
        "test_refused.py::test_a_problem_that_was_caught_still_ends_the_capture",
    )),
    72: ("other libraries", (
        "test_functions.py::test_functions_of_numbers_are_refused",
        "test_functions.py::test_a_library_of_pythons_is_rewritten_and_what_is_left_alone_is_not",
        "test_functions.py::test_switch_and_not_to_static", "../jit/test_surface.py::test_a_module_can_be_left_alone",
    )),
    73: ("functions without source", (
        "../jit/test_source.py::test_without_source", "../jit/test_source.py::test_without_source_it_is_traced",
        "../jit/test_source.py::test_without_source_a_branch_says_what_to_do",
        "../jit/test_source.py::test_rewritten_code_is_not_said_to_be_left_as_it_is",
        "../jit/test_source.py::test_a_function_that_cannot_be_rewritten_says_why",
        "../jit/test_source.py::test_a_function_by_its_code_alone",
        "../jit/test_source.py::test_a_module_in_an_archive", "../jit/test_source.py::test_a_command_line",
        "../jit/test_source.py::test_a_cell_of_a_notebook", "../jit/test_source.py::test_a_file_that_was_changed",
        "../jit/test_source.py::test_what_is_written_in_c_is_traced",
    )),
    74: ("two lambdas on one line", (
        "../jit/test_source.py::test_lambdas_on_one_line", "../jit/test_source.py::test_lines_are_the_originals",
    )),
    75: ("what is patched, defined again or changed is captured again", (
        "test_guards.py::test_closures", "test_guards.py::test_globals_and_modules",
        "test_guards.py::test_objects_given_as_arguments", "test_guards.py::test_layers",
        "test_guards.py::test_a_function_that_is_defined_again",
        "test_guards.py::test_what_the_function_itself_makes_and_changes_is_no_reason",
        "test_guards.py::test_a_switch_that_goes_back", "test_guards.py::test_closure_and_global_values_are_guarded",
        "test_layers.py::test_attributes_are_guarded",
    )),
    76: ("generators and async functions are refused", (
        "test_functions.py::test_functions_that_are_suspended_are_refused",
    )),
    77: ("one program for equal specs, two for two", (
        "test_guards.py::test_equal_specs_have_one_program", "test_guards.py::test_a_switch_that_goes_back",
        "../jit/test_arguments.py::test_keys_tell_constants_apart",
        "../jit/test_arguments.py::test_equal_hashes_do_not_mix_programs",
        "../jit/test_modes.py::test_a_value_that_always_changes_does_not_fill_the_memory",
    )),
    78: ("the log of captures; named and unknown sizes", (
        "../jit/test_arguments.py::test_names_of_sizes", "test_guards.py::test_the_log_names_the_leaf_that_changed",
        "test_guards.py::test_named_and_unknown_sizes_never_capture_again",
        "test_guards.py::test_a_last_short_batch_captures_once_more_and_never_again",
    )),
    79: ("threads", (
        "test_guards.py::test_threads_capture_once",
    )),
    80: ("the text of errors", (
        "test_refused.py::test_the_page_says_what_is_said",
        "test_refused.py::test_every_refusal_names_a_line_of_the_program_and_says_what_to_do",
        "test_refused.py::test_no_frames_of_the_library",
        "test_refused.py::test_the_users_error_keeps_its_frames_and_its_cause",
        "test_errors.py::test_errors_name_the_users_line_and_leave_nothing_behind",
        "test_errors.py::test_the_same_function_after_a_failed_capture",
        "test_errors.py::test_traceback_shows_the_users_line",
        "../jit/test_source.py::test_code_runs_under_its_own_file_and_line",
    )),
    81: ("code, program and decisions can be looked at", (
        "../jit/test_surface.py::test_code_and_explain",
    )),
    82: ("all problems at once", (
        "test_refused.py::test_the_page_says_what_is_said",
        "test_refused.py::test_problems_of_helpers_are_in_the_same_report",
        "test_refused.py::test_nothing_is_left_behind",
        "test_refused.py::test_a_loop_of_pythons_that_waits_for_a_tensor_ends",
        "test_guards.py::test_a_failed_capture_leaves_nothing_behind",
    )),
    83: ("gradients, first and second (`check` takes those of every program)", (
        "test_gradients.py::test_first_and_second", "test_gradients.py::test_taken_inside",
        "test_gradients.py::test_gradients_that_are_taken_inside_are_constants_unless_they_are_recorded",
        "test_gradients.py::test_gradients_through_a_loop",
        "test_gradients.py::test_an_item_chosen_under_no_grad_is_the_tensor_itself",
        "test_layers.py::test_gradients_are_eagers", "test_state.py::test_a_list_hands_on_gradients_under_no_grad",
        "../test_control.py::test_gradient_of_a_branch_in_a_loop",
    )),
    84: ("random programs", (
        "test_random.py::test_on_tensors", "test_random.py::test_on_python_values",
    )),
    85: ("conversion is cached by code; no file is written (times: tests/bench)", (
        "../jit/test_source.py::test_one_conversion_for_all_instances",
        "../jit/test_source.py::test_nothing_is_written_to_disk",
    )),
    86: ("unused, unchanged, repeated and constant values", (
        "../jit/test_interfaces.py::test_everywhere", "../jit/test_interfaces.py::test_no_inputs_and_one_input_twice",
    )),
    87: ("names of inputs and outputs", (
        "../jit/test_interfaces.py::test_everywhere", "../jit/test_interfaces.py::test_names_of_outputs_can_be_given",
        "test_structures.py::test_nested_arguments",
        "../jit/test_saving.py::test_nested_arguments_and_results_are_flat_in_sorted_order",
    )),
    88: ("the syntax of every Python", (
        "../jit/test_syntax.py::test_syntax", "../jit/test_syntax.py::test_a_refusal_passes_through_exception_groups",
    )),
    "point 4": ("errors: the golden texts and the page made from them; an error of a capture is not handled", (
        "test_refused.py::test_the_page_says_what_is_said",
        "test_refused.py::test_every_refusal_names_a_line_of_the_program_and_says_what_to_do",
        "test_refused.py::test_no_frames_of_the_library",
        "test_refused.py::test_the_users_error_keeps_its_frames_and_its_cause",
        "test_refused.py::test_a_problem_that_was_caught_still_ends_the_capture",
        "test_refused.py::test_problems_of_helpers_are_in_the_same_report",
        "test_errors.py::test_the_users_handler_does_not_see_errors_of_the_capture",
        "../jit/test_syntax.py::test_a_refusal_passes_through_exception_groups",
    )),
    "point 5": ("looking inside, switches, logs, loaded layers", (
        "../jit/test_surface.py::test_code_and_explain", "../jit/test_surface.py::test_logs",
        "../jit/test_surface.py::test_a_module_can_be_left_alone",
        "../jit/test_surface.py::test_what_users_ask_of_a_static_function",
        "../jit/test_surface.py::test_names_are_paddles",
        "../jit/test_surface.py::test_switches_take_what_paddles_take",
        "../jit/test_surface.py::test_a_function_that_is_switched_off_runs_eagerly_and_is_captured_again",
        "test_functions.py::test_switch_and_not_to_static", "test_guards.py::test_the_log_names_the_leaf_that_changed",
        "../jit/test_saving.py::test_a_layer_comes_back", "../jit/test_saving.py::test_control_flow_comes_back",
        "../jit/test_saving.py::test_other_methods",
        "../jit/test_saving.py::test_a_loaded_layer_can_be_trained_and_saved_again",
        "../jit/test_saving.py::test_fine_tuning_gives_paddles_numbers",
        "../jit/test_saving.py::test_names_of_loaded_parameters_are_their_own",
        "../jit/test_saving.py::test_models_of_paddlepaddle", "../jit/test_saving.py::test_wrong_loads",
        "../jit/test_saving.py::test_wrong_calls",
        "../jit/test_loaded_sizes.py::test_other_sizes_are_computed_as_by_the_layer",
        "../jit/test_loaded_sizes.py::test_the_second_other_size_is_no_new_program",
        "../jit/test_loaded_sizes.py::test_gradients_reach_the_parameters_at_another_size",
        "../jit/test_loaded_sizes.py::test_inside_another_program",
        "../jit/test_loaded_sizes.py::test_sizes_that_the_operators_refuse",
        "../jit/test_loaded_sizes.py::test_branches_and_loops",
    )),
    "point 6": ("the surface: to_static, StaticFunction, jit.save, copies, hooks, jit.api", (
        "../jit/test_surface.py::test_options", "../jit/test_surface.py::test_what_users_ask_of_a_static_function",
        "../jit/test_surface.py::test_methods_of_one_layer_are_saved_together",
        "../jit/test_surface.py::test_hooks_of_the_outermost_layer_are_saved",
        "../jit/test_surface.py::test_copies_are_layers_of_their_own",
        "../jit/test_surface.py::test_a_function_of_a_module_is_pickled_by_its_name",
        "../jit/test_surface.py::test_the_api_module", "../jit/test_saving.py::test_output_spec",
        "../jit/test_saving.py::test_saving_a_part_leaves_the_program_whole",
        "../jit/test_saving.py::test_saved_as_in_eval_mode", "../jit/test_saving.py::test_example_tensors_are_specs",
        "../jit/test_saving.py::test_combined_parameters", "../jit/test_saving.py::test_a_property_that_no_file_holds",
        "../jit/test_saving.py::test_wrong_saves", "../jit/test_saving.py::test_functions",
        "../jit/test_arguments.py::test_bad_calls", "../jit/test_arguments.py::test_repr",
        "../jit/test_arguments.py::test_constructions", "../jit/test_arguments.py::test_bad_specs",
        "test_layers.py::test_decorated_methods", "test_layers.py::test_hooks_are_rewritten",
        "test_layers.py::test_layers",
    )),
}
# fmt: on


def named_by(names):
    """The tests of some rows, each once, as pytest takes them from the root."""
    ids = [test for name in names for test in ROWS[int(name) if name.isdigit() else name][1]]
    return list(dict.fromkeys(os.path.normpath(f"{FOLDER}/{test}") for test in ids))


if __name__ == "__main__":
    print(*named_by(sys.argv[1:]), sep="\n")  # noqa: T201
