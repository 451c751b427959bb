"""Names that some version of ``keras.backend`` has besides the operations that are modelled."""

from __future__ import annotations

from lambdalint.syntax.canonical import words

OTHER_NAMES = words(
    """
    absolute_import any_symbolic atrous_conv2d b_any backend_config backend_module C
    cast_variables_to_tensor classification_error cntk_backend collections common config config_pb2
    configure_and_create_distributed_session context contextmanager ContextValueCache control_dependencies
    control_flow_ops control_flow_util conv conv3d2d conv_transpose convert_inputs_if_ragged
    ConvertToBatch ConvertToStatic ctc ctc_cost ctc_create_skip_idxs ctc_interleave_blanks ctc_path_probs
    ctc_update_log_p dc defaultdict deprecated_internal_learning_phase_scope
    deprecated_internal_set_learning_phase depthwise_conv dev device_lib disable_tf_random_generator
    division doc_controls dtensor dtype_numpy eager eager_learning_phase_scope enable_tf_random_generator
    entries experimental fh Function functional_ops functools get_config get_default_graph_uid_map
    get_default_session_config get_num_dynamic_axis global_learning_phase_is_set grad_parameter_dict
    GraphExecutionFunction has_arg has_seq_axis ifelse importlib inspect is_explicit_shape is_float_dtype
    is_int_dtype is_symbolic is_tf_random_generator_enabled is_tpu_strategy itertools json keras_export
    keras_tensor LambdaFunc legacy_weight_ordering load_backend local_conv logging math
    maybe_convert_to_ragged moving_averages mxnet_backend NAME_SCOPE_STACK namespace normalize_conv
    normalize_data_format np numpy_backend object_identity observe_object_name OBSERVED_NAMES os pad
    pattern_broadcast PER_GRAPH_OBJECT_NAME_UIDS pool Print print_function py_all py_any py_slice py_sum
    random RandomGenerator RandomStreams required_entries ReshapeBatch result_type separable_conv
    SessionLocal set_legacy_weight_ordering signal size sp standardize_dtype StrictVersion
    symbolic_learning_phase sys T T_softsign tensor_array_ops tensorflow_backend tf tf_contextlib
    tf_image_ops tf_inspect tf_keras_backend tf_major_version tf_math_ops tf_minor_version tf_ops
    tf_state_ops tf_utils tf_variables tfdev th_sparse_module theano theano_backend threading
    to_categorical track_tf_optimizer track_variable transpose_shape unique_object_name
    v1_variable_initialization warnings weakref
    """
)
"""What Keras 1.2.2, 2.0.9, 2.3.1, 2.6, tf_keras and Keras 3 with any backend hold there, imports included."""
