"""``tf.*``: shapes, axes, picking, joining, creation and control, with the names of TensorFlow 0 and 1."""

from __future__ import annotations

from lambdalint.interp.values import NONE, Const, Value

_DTYPES = (
    "float16", "float32", "float64", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "uint16",
    "uint32", "uint64", "bool", "string", "complex64", "complex128",
)  # fmt: skip

ATTRIBUTES: dict[str, Value] = {
    "newaxis": NONE,
    "half": Const("float16"),
    "double": Const("float64"),
    "bool": Const("bool"),
    **{name: Const(name) for name in _DTYPES},
    **{f"dtypes.{name}": Const(name) for name in _DTYPES},
    "image.ResizeMethod.BILINEAR": Const("bilinear"),
    "image.ResizeMethod.NEAREST_NEIGHBOR": Const("nearest"),
    "image.ResizeMethod.BICUBIC": Const("bicubic"),
    "image.ResizeMethod.AREA": Const("area"),
}

TABLE = """
# shapes
shape(input, out_type=None, name=None) : shape_of
shape_n(input, out_type='int32', name=None) : unknown_result
rank(input, name=None) : ndim tensor
size(input, out_type=None, name=None) : size
reshape(tensor, shape, name=None) : reshape keeps_rank
expand_dims(input, axis=-1, name=None; dim=axis) : expand_dims
squeeze(input, axis=None, name=None; squeeze_dims=axis) : squeeze
transpose(a, perm=None, conjugate=False, name='transpose') : transpose
tile(input, multiples, name=None) : tile keeps_rank
repeat(input, repeats, axis=None, name=None) : repeat
pad(tensor, paddings, mode='CONSTANT', constant_values=0, name=None) : pad keeps_rank
broadcast_to(input, shape, name=None) : broadcast_to keeps_rank
broadcast_static_shape, broadcast_dynamic_shape(shape_x, shape_y) : unknown_result
ensure_shape(x, shape, name=None) : set_shape
reverse, reverse_v2(tensor, axis, name=None; dims=axis) : reverse
roll, manip.roll(input, shift, axis, name=None) : roll keeps_rank
sort(values, axis=-1, direction='ASCENDING', name=None) : sort
argsort(values, axis=-1, direction='ASCENDING', stable=False, name=None) : sort
reverse_sequence(input, seq_lengths, seq_axis=None, batch_axis=None, name=None; seq_dim=seq_axis, \
    batch_dim=batch_axis) : reverse_sequence
space_to_batch(input, block_shape, paddings, name=None; block_size=block_shape) : space_to_batch
space_to_batch_nd(input, block_shape, paddings, name=None) : space_to_batch
batch_to_space, batch_to_space_nd(input, block_shape, crops, name=None; block_size=block_shape) : \
    space_to_batch back
space_to_depth, depth_to_space(input, block_size, name=None, data_format='NHWC') : tf_depth
nn.space_to_depth, nn.depth_to_space(input, block_size, data_format='NHWC', name=None) : tf_depth

# picking
gather(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None) : gather
batch_gather(params, indices, name=None) : gather batch
gather_nd(params, indices, batch_dims=0, name=None, bad_indices_policy='') : gather_nd
boolean_mask(tensor, mask, axis=None, name='boolean_mask') : boolean_mask
slice(input_, begin, size, name=None) : slice_op keeps_rank
strided_slice(input_, begin, end, strides=None, begin_mask=0, end_mask=0, ellipsis_mask=0, \
    new_axis_mask=0, shrink_axis_mask=0, var=None, name=None) : strided_slice
split, split_v(value, num_or_size_splits, axis=0, num=None, name='split'; split_dim=axis, \
    num_split=num_or_size_splits) : tf_split
unstack, unpack(value, num=None, axis=0, name='unstack') : unstack
one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None) : one_hot
sequence_mask(lengths, maxlen=None, dtype='bool', name=None) : sequence_mask
sparse_to_dense(sparse_indices, output_shape, sparse_values, default_value=0, validate_indices=True, \
    name=None) : scatter_nd
scatter_update(ref, indices, updates, use_locking=True, name=None) : scatter_variable
scatter_add, scatter_sub, scatter_mul, scatter_div, scatter_max, scatter_min(ref, indices, updates, \
    use_locking=False, name=None) : scatter_variable
scatter_nd_update(ref, indices, updates, use_locking=True, name=None) : scatter_variable
scatter_nd_add, scatter_nd_sub(ref, indices, updates, use_locking=False, name=None) : scatter_variable
scatter_nd(indices, updates, shape, bad_indices_policy='', name=None) : scatter_nd
tensor_scatter_nd_update, tensor_scatter_update(tensor, indices, updates, name=None, \
    bad_indices_policy='') : tensor_scatter
tensor_scatter_nd_add, tensor_scatter_add, tensor_scatter_nd_sub, tensor_scatter_sub, \
    tensor_scatter_nd_max, tensor_scatter_nd_min(tensor, indices, updates, bad_indices_policy='', \
    name=None) : tensor_scatter
unravel_index(indices, dims, name=None) : numbers_apart joined
dynamic_partition(data, partitions, num_partitions, name=None) : partitioned
dynamic_stitch(indices, data, name=None) : unknown_result
extract_volume_patches(input, ksizes, strides, padding, name=None) : per_sample rank=5

# joining
concat, concat_v2(values, axis, name='concat'; concat_dim=axis) : tf_concat
stack, pack(values, axis=0, name='stack') : stack
parallel_stack(values, name='parallel_stack') : stack
meshgrid(*args, indexing='xy', name=None) : meshgrid

# creation
zeros, ones(shape, dtype='float32', name=None, layout=None) : zeros
fill(dims, value, name=None, layout=None) : full
zeros_like(input, dtype=None, name=None, layout=None, optimize=True; tensor=input) : like op=zeros
ones_like(input, dtype=None, name=None, layout=None, optimize=True; tensor=input) : like op=ones
constant(value, dtype=None, shape=None, name='Const', verify_shape=False) : constant
convert_to_tensor(value, dtype=None, dtype_hint=None, name=None; preferred_dtype=dtype_hint) : constant
range(start, limit=None, delta=1, dtype=None, name='range') : arange
linspace, lin_space(start, stop, num, name=None, axis=0) : linspace
Variable(initial_value=None, trainable=None, validate_shape=True, caching_device=None, name=None, \
    variable_def=None, dtype=None, import_scope=None, constraint=None, synchronization=None, \
    aggregation=None, shape=None, experimental_enable_variable_lifting=True; expected_shape=shape) : \
    variable
get_variable(name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=None, \
    collections=None, caching_device=None, partitioner=None, validate_shape=True, use_resource=None, \
    custom_getter=None, constraint=None, synchronization=None, aggregation=None) : variable
placeholder(dtype, shape=None, name=None) : placeholder
placeholder_with_default(input, shape, name=None) : identity
random.normal, random_normal, truncated_normal, random.truncated_normal(shape, mean=0.0, stddev=1.0, \
    dtype='float32', seed=None, name=None) : random
random.uniform, random_uniform(shape, minval=0, maxval=None, dtype='float32', seed=None, name=None) : \
    random sign=unit
random.gamma, random_gamma(shape, alpha, beta=None, dtype='float32', seed=None, name=None) : random \
    sign=positive
random.poisson(shape, lam, dtype='float32', seed=None, name=None) : random sign=nonneg
random_poisson(lam, shape, dtype='float32', seed=None, name=None) : random sign=nonneg
random.stateless_normal, random.stateless_truncated_normal(shape, seed, mean=0.0, stddev=1.0, \
    dtype='float32', name=None, alg='auto_select') : random
random.stateless_uniform(shape, seed, minval=0, maxval=None, dtype='float32', name=None, \
    alg='auto_select') : random sign=unit
random.categorical(logits, num_samples, dtype=None, seed=None, name=None) : random_categorical
multinomial, random.multinomial(logits, num_samples, seed=None, name=None, output_dtype=None) : \
    random_categorical
random.shuffle, random_shuffle(value, seed=None, name=None) : shuffle
random.split(seed, num=2, alg='auto_select') : opaque kind=seeds
random.fold_in(seed, data, alg='auto_select') : opaque kind=seed
random.stateless_binomial(shape, seed, counts, probs, output_dtype='int32', name=None) : random sign=nonneg
random.set_seed, random.set_random_seed, set_random_seed(seed) : none

# passing through
identity, guarantee_const(input, name=None) : identity
identity_n(input, name=None) : identity
stop_gradient(input, name=None) : stop_gradient
debugging.check_numerics, check_numerics(tensor, message, name=None) : identity
debugging.assert_all_finite(x, message, name=None) : identity
verify_tensor_all_finite(t=None, msg=None, name=None, x=None, message=None) : identity
quantization.fake_quant_with_min_max_args, fake_quant_with_min_max_args(inputs, min=-6, max=6, \
    num_bits=8, narrow_range=False, name=None) : map sign=any
quantization.fake_quant_with_min_max_vars, fake_quant_with_min_max_vars(inputs, min, max, num_bits=8, \
    narrow_range=False, name=None) : map sign=any
io.FixedLenFeature, FixedLenFeature(shape, dtype, default_value=None) : feature
io.FixedLenSequenceFeature, FixedLenSequenceFeature(shape, dtype, allow_missing=False, default_value=None) \
    : feature several
io.VarLenFeature, VarLenFeature(dtype) : feature several
io.parse_single_example(serialized, features, example_names=None, name=None) : parsed
parse_single_example(serialized, features, name=None, example_names=None) : parsed
sparse.to_dense, sparse_tensor_to_dense(sp_input, default_value=None, validate_indices=True, name=None) \
    : identity
sparse.from_dense(tensor, name=None) : identity
sparse.reorder, sparse_reorder(sp_input, name=None) : identity
sparse.reshape, sparse_reshape(sp_input, shape, name=None) : reshape
sparse.expand_dims(sp_input, axis=None, name=None) : expand_dims default=-1
sparse.transpose, sparse_transpose(sp_input, perm=None, name=None) : transpose
sparse.softmax, sparse_softmax(sp_input, name=None) : last_axis size=same
sparse.slice, sparse_slice(sp_input, start, size, name=None) : slice_op
sparse.concat(axis, sp_inputs, expand_nonconcat_dims=False, name=None) : sparse_concat
sparse_concat(axis, sp_inputs, name=None, expand_nonconcat_dim=False, concat_dim=None, \
    expand_nonconcat_dims=None) : sparse_concat
sparse.add(a, b, threshold=0) : zip op=add
sparse_add(a, b, threshold=None; thresh=threshold) : zip op=add
sparse.maximum, sparse_maximum(sp_a, sp_b, name=None) : zip op=max
sparse.minimum, sparse_minimum(sp_a, sp_b, name=None) : zip op=min
sparse.reduce_sum(sp_input, axis=None, keepdims=False, output_is_sparse=False, name=None) : reduce op=sum
sparse.reduce_max(sp_input, axis=None, keepdims=False, output_is_sparse=False, name=None) : reduce op=max
sparse_reduce_sum, sparse_reduce_sum_sparse(sp_input, axis=None, keepdims=False, reduction_axes=None, \
    keep_dims=False) : reduce op=sum
sparse_reduce_max, sparse_reduce_max_sparse(sp_input, axis=None, keepdims=False, reduction_axes=None, \
    keep_dims=False) : reduce op=max
edit_distance(hypothesis, truth, normalize=True, name='edit_distance') : edit_distance
ragged.constant(pylist, dtype=None, ragged_rank=None, inner_shape=None, name=None, \
    row_splits_dtype='int64') : ragged_constant
tuple(tensors, control_inputs=None, name=None) : first_argument
assign(ref, value, validate_shape=None, use_locking=None, name=None) : assign
assign_add, assign_sub(ref, value, use_locking=None, name=None) : assign

# control
map_fn(fn, elems, dtype=None, parallel_iterations=None, back_prop=True, swap_memory=False, \
    infer_shape=True, name=None, fn_output_signature=None) : map_fn
vectorized_map(fn, elems, fallback_to_while_loop=True, warn=True) : map_fn
foldl, foldr(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, \
    name=None) : fold
scan(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, \
    infer_shape=True, reverse=False, name=None) : tf_scan
cond(pred, true_fn=None, false_fn=None, name=None, strict=False; fn1=true_fn, fn2=false_fn) : cond
case(pred_fn_pairs, default=None, exclusive=False, strict=False, name='case') : tf_case
nest.map_structure(func, *structure) : map_structure
nest.flatten(structure, expand_composites=False) : flat_structure
nest.pack_sequence_as(structure, flat_sequence, expand_composites=False) : packed_structure
switch_case(branch_index, branch_fns, default=None, name='switch_case') : tf_switch_case
while_loop(cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True, \
    swap_memory=False, maximum_iterations=None, name=None, return_same_structure=False) : while_loop
py_function(func=None, inp=None, Tout=None, name=None) : python_function
py_func, numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None) : python_function cut
function, contrib.eager.defun(func=None, input_signature=None, autograph=True, jit_compile=None, \
    reduce_retracing=False, experimental_implements=None, experimental_autograph_options=None, \
    experimental_attributes=None, experimental_relax_shapes=None, experimental_compile=None, \
    experimental_follow_type_hints=None) : decorator
custom_gradient, recompute_grad, grad_pass_through(f=None) : decorator
autograph.experimental.do_not_convert(func=None) : decorator
gradients(ys, xs, grad_ys=None, name='gradients', gate_gradients=False, aggregation_method=None, \
    stop_gradients=None, unconnected_gradients=None, colocate_gradients_with_ops=False) : gradients
hessians(ys, xs, gate_gradients=False, aggregation_method=None, name='hessians') : unknown_result
GradientTape(persistent=False, watch_accessed_variables=True) : context kind=tape
name_scope(name, default_name=None, values=None) : context
variable_scope(name_or_scope, default_name=None, values=None, initializer=None, regularizer=None, \
    caching_device=None, partitioner=None, custom_getter=None, reuse=None, dtype=None, use_resource=None, \
    constraint=None, auxiliary_name_scope=True) : context
device(device_name) : context
control_dependencies(control_inputs) : context
Graph, Session, InteractiveSession(target='', graph=None, config=None) : opaque kind=session
get_default_graph() : opaque kind=graph
get_default_session() : opaque kind=session
global_variables, local_variables, trainable_variables, model_variables, all_variables(scope=None) : opaque \
    kind=variables
get_variable_scope() : opaque kind=scope
get_global_step(graph=None) : opaque kind=variable
global_variables_initializer, initialize_all_variables, local_variables_initializer, \
    tables_initializer, no_op(name=None) : opaque kind=operation
group(*inputs, name=None) : opaque kind=operation
executing_eagerly() : python_bool
is_tensor(x) : is_tensor
get_static_value(tensor, partial=False) : static_value
as_dtype, dtypes.as_dtype(type_value) : first_argument
TensorShape(dims) : first_argument
Dimension(value) : first_argument
compat.dimension_value, dimension_value(dimension) : first_argument
get_logger() : opaque kind=logger
print(*inputs, output_stream=None, summarize=3, sep=' ', end='', name=None) : print_op
Print(input_, data, message=None, first_n=None, summarize=None, name=None) : print_op operand
Assert, debugging.Assert(condition, data, summarize=None, name=None) : none
assert_equal, debugging.assert_equal, assert_greater, debugging.assert_greater, assert_less, \
    debugging.assert_less, debugging.assert_greater_equal, debugging.assert_less_equal(x, y, message=None, \
    summarize=None, name=None, data=None) : none
assert_greater_equal, assert_less_equal(x, y, data=None, summarize=None, message=None, name=None) : none
assert_near(x, y, rtol=None, atol=None, data=None, summarize=None, message=None, name=None) : none
debugging.assert_near(x, y, rtol=None, atol=None, message=None, summarize=None, name=None) : none
assert_rank, debugging.assert_rank, debugging.assert_rank_at_least(x, rank, message=None, name=None) : none
assert_rank_at_least(x, rank, data=None, summarize=None, message=None, name=None) : none
debugging.assert_non_negative, debugging.assert_positive, debugging.assert_negative, \
    debugging.assert_non_positive(x, message=None, summarize=None, name=None) : none
assert_non_negative, assert_positive(x, data=None, summarize=None, message=None, name=None) : none
debugging.assert_shapes(shapes, data=None, summarize=None, message=None, name=None) : none

# strings
strings.as_string, as_string(input, precision=-1, scientific=False, shortest=False, width=-1, fill='', \
    name=None) : map cut dtype=string
strings.to_number(input, out_type='float32', name=None) : map cut dtype=float32
strings.lower, strings.upper(input, encoding='', name=None) : map cut dtype=string
strings.strip, string_strip(input, name=None) : map cut dtype=string
strings.length(input, unit='BYTE', name=None) : map cut dtype=int32
strings.regex_replace, regex_replace(input, pattern, rewrite, replace_global=True, name=None) : map cut \
    dtype=string
strings.to_hash_bucket, strings.to_hash_bucket_fast, string_to_hash_bucket_fast(input, num_buckets, \
    name=None) : map cut dtype=int64
strings.substr(input, pos, len, unit='BYTE', name=None) : map cut dtype=string
strings.reduce_join(inputs, axis=None, keepdims=False, separator='', name=None) : reduce op=sum dtype=string
strings.join, string_join(inputs, separator='', name=None) : add_n dtype=string
strings.split(input, sep=None, maxsplit=-1, name=None) : words
strings.bytes_split(input, name=None) : words
strings.unicode_split(input, input_encoding, errors='replace', replacement_char=65533, name=None) : words
strings.unicode_decode(input, input_encoding, errors='replace', replacement_char=65533, \
    replace_control_characters=False, name=None) : words dtype=int32
strings.unicode_encode(input, output_encoding, errors='replace', replacement_char=65533, name=None) : \
    drop_last dtype=string
strings.unicode_transcode(input, input_encoding, output_encoding, errors='replace', replacement_char=65533, \
    replace_control_characters=False, name=None) : map cut dtype=string
strings.unicode_script(input, name=None) : map cut dtype=int32
strings.regex_full_match(input, pattern, name=None) : map cut dtype=bool
strings.to_hash_bucket_strong(input, num_buckets, key, name=None) : map cut dtype=int64
strings.ngrams(data, ngram_width, separator=' ', pad_values=None, padding_width=None, \
    preserve_short_sequences=False, name=None) : last_axis
string_to_hash_bucket(string_tensor=None, num_buckets=None, name=None, input=None; input=string_tensor) : \
    map cut dtype=int64
string_to_number(string_tensor=None, out_type='float32', name=None, input=None; input=string_tensor) : map \
    cut dtype=float32
substr(input, pos, len, name=None, unit='BYTE') : map cut dtype=string
io.decode_raw(input_bytes, out_type, little_endian=True, fixed_length=None, name=None) : unknown_result
io.read_file, read_file(filename, name=None) : unknown_result
random.stateless_gamma(shape, seed, alpha, beta=None, dtype='float32', name=None) : random sign=positive
random.stateless_poisson(shape, seed, lam, dtype='int32', name=None) : random sign=nonneg dtype=int32
random.stateless_categorical(logits, num_samples, seed, dtype='int64', name=None) : random_categorical
init_scope() : context
inside_function() : python_bool
is_symbolic_tensor(tensor) : is_tensor
debugging.is_numeric_tensor, is_numeric_tensor(tensor) : python_bool
type_spec_from_value(value) : opaque kind=type
debugging.assert_integer, debugging.assert_scalar(x, message=None, name=None; tensor=x) : none
debugging.assert_none_equal(x, y, summarize=None, message=None, name=None) : none
strings.format(template, inputs, placeholder='{}', summarize=3, name=None) : unknown_result
"""
