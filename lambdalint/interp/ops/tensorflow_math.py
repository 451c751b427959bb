"""``tf.math``, ``tf.linalg``, ``tf.signal`` and their aliases in ``tf``, old names included."""

from __future__ import annotations

from lambdalint.interp.values import Value

ATTRIBUTES: dict[str, Value] = {}

TABLE = """
# elementwise, one operand
abs, math.abs(x, name=None) : map sign=abs
exp, math.exp(x, name=None) : map sign=positive
sqrt, math.sqrt(x, name=None) : map sign=sqrt
math.rsqrt, rsqrt(x, name=None) : map sign=rsqrt
square, math.square(x, name=None) : map sign=square
math.log, log(x, name=None) : map sign=log
math.log1p, log1p(x, name=None) : map sign=log1p
math.log_sigmoid, log_sigmoid(x, name=None) : map sign=any
sigmoid, math.sigmoid(x, name=None) : map sign=unit
tanh, math.tanh, erf, math.erf(x, name=None) : map sign=odd
sin, math.sin, cos, math.cos, tan, math.tan, asin, math.asin, atan, math.atan, sinh, math.sinh, asinh, \
    math.asinh, atanh, math.atanh(x, name=None) : map sign=any
acos, math.acos, acosh, math.acosh(x, name=None) : map sign=nonneg
cosh, math.cosh(x, name=None) : map sign=positive
negative, math.negative, neg(x, name=None) : map sign=any
math.erfinv, math.erfcinv, math.expm1, expm1, math.digamma, digamma, math.lgamma, \
    lgamma, math.ndtri, math.bessel_i1, math.bessel_i1e(x, name=None) : map sign=any
math.bessel_i0, math.bessel_i0e(x, name=None) : map sign=positive
math.erfc, erfc(x, name=None) : map sign=nonneg
math.reciprocal, reciprocal, inv(x, name=None) : map sign=reciprocal
math.reciprocal_no_nan(x, name=None) : map sign=any
sign, math.sign(x, name=None) : map cut
round, math.round, math.rint, rint, floor, math.floor, math.ceil, ceil(x, name=None) : map cut
math.is_finite, is_finite, math.is_inf, is_inf, math.is_nan, is_nan, \
    debugging.is_nan, debugging.is_inf, debugging.is_finite(x, name=None) : map sign=mask dtype=bool
logical_not, math.logical_not(x, name=None) : logical
math.softplus, nn.softplus(features, name=None) : map sign=positive
math.softsign, nn.softsign(features, name=None) : map sign=any
math.angle, angle, math.imag, imag, math.real, real(input, name=None) : map sign=any
math.conj, conj(x, name=None) : map sign=any
complex, dtypes.complex(real, imag, name=None) : zip op=any dtype=complex64
cast, dtypes.cast(x, dtype, name=None) : cast
saturate_cast, dtypes.saturate_cast(value, dtype, name=None) : cast
to_float(x, name='ToFloat') : cast dtype=float32
to_double(x, name='ToDouble') : cast dtype=float64
to_int32(x, name='ToInt32') : cast dtype=int32
to_int64(x, name='ToInt64') : cast dtype=int64
to_bfloat16(x, name='ToBFloat16') : cast dtype=bfloat16
bitcast(input, type, name=None) : bitcast
clip_by_value(t, clip_value_min, clip_value_max, name=None) : clip
clip_by_norm(t, clip_norm, axes=None, name=None) : normalize op=clip
clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None) : unknown_result
clip_by_average_norm(t, clip_norm, name=None) : normalize op=clip

# elementwise, more operands
add, math.add(x, y, name=None) : zip op=add
subtract, math.subtract, sub(x, y, name=None) : zip op=sub
multiply, math.multiply, mul, math.multiply_no_nan(x, y, name=None) : zip op=mul
scalar_mul, math.scalar_mul(scalar, x, name=None) : zip op=mul
divide, math.divide, truediv, math.truediv, realdiv, div(x, y, name=None) : zip op=div
math.divide_no_nan, div_no_nan, math.xdivy(x, y, name=None) : zip op=divide_no_nan
math.floordiv, floordiv, floor_div, truncatediv(x, y, name=None) : zip op=floordiv
math.mod, mod, math.floormod, floormod, truncatemod(x, y, name=None) : zip op=mod
pow, math.pow(x, y, name=None) : zip op=pow
maximum, math.maximum(x, y, name=None) : zip op=max
minimum, math.minimum(x, y, name=None) : zip op=min
atan2, math.atan2(y, x, name=None) : zip op=atan2
math.squared_difference, squared_difference(x, y, name=None) : zip op=squared_difference
math.xlogy, math.xlog1py(x, y, name=None) : zip op=any
math.igamma, igamma, math.igammac, igammac, math.polygamma, polygamma(a, x, name=None) : zip op=any
math.betainc, betainc(a, b, x, name=None) : addn
math.zeta, zeta(x, q, name=None) : zip op=any
math.nextafter(x1, x2, name=None) : zip op=any
math.polyval(coeffs, x, name=None) : per_sample operand=1
equal, math.equal, not_equal, math.not_equal, greater, math.greater, greater_equal, math.greater_equal, \
    less, math.less, less_equal, math.less_equal(x, y, name=None) : compare
logical_and, math.logical_and, logical_or, math.logical_or(x, y, name=None) : logical
math.logical_xor, logical_xor(x, y, name='LogicalXor') : logical
bitwise.bitwise_and, bitwise.bitwise_or, bitwise.bitwise_xor, bitwise.left_shift, \
    bitwise.right_shift(x, y, name=None) : zip op=bitwise
bitwise.invert(x, name=None) : map cut
where(condition, x=None, y=None, name=None) : where
where_v2(condition, x=None, y=None, name=None) : where
select(condition, x, y, name=None) : where
add_n, math.add_n(inputs, name=None) : add_n
math.accumulate_n, accumulate_n(inputs, shape=None, tensor_dtype=None, name=None) : add_n
searchsorted(sorted_sequence, values, side='left', out_type='int32', name=None) : searchsorted

# reductions
reduce_sum, math.reduce_sum, reduce_mean, math.reduce_mean, reduce_prod, math.reduce_prod, reduce_max, \
    math.reduce_max, reduce_min, math.reduce_min, reduce_any, math.reduce_any, reduce_all, \
    math.reduce_all(input_tensor, axis=None, keepdims=False, name=None; reduction_indices=axis, \
    keep_dims=keepdims) : reduce
reduce_logsumexp, math.reduce_logsumexp(input_tensor, axis=None, keepdims=False, name=None; \
    reduction_indices=axis, keep_dims=keepdims) : logsumexp
math.reduce_std, math.reduce_variance(input_tensor, axis=None, keepdims=False, name=None) : var_std
math.reduce_euclidean_norm(input_tensor, axis=None, keepdims=False, name=None) : norm
math.count_nonzero(input, axis=None, keepdims=False, dtype='int64', name=None; input_tensor=input, \
    reduction_indices=axis, keep_dims=keepdims) : reduce op=count dtype=int64
count_nonzero(input_tensor=None, axis=None, keepdims=False, dtype='int64', name=None; \
    input=input_tensor, reduction_indices=axis, keep_dims=keepdims) : reduce op=count dtype=int64
argmax, math.argmax, argmin, math.argmin, arg_max, arg_min(input, axis=None, output_type='int64', \
    name=None; dimension=axis) : argreduce default=0
cumsum, math.cumsum, math.cumprod, cumprod, math.cumulative_logsumexp(x, axis=0, exclusive=False, \
    reverse=False, name=None) : scan
norm, linalg.norm(tensor, ord='euclidean', axis=None, keepdims=None, name=None; keep_dims=keepdims) : norm
linalg.normalize(tensor, ord='euclidean', axis=None, name=None) : pair inner=normalize op=l2
math.l2_normalize, linalg.l2_normalize, nn.l2_normalize(x, axis=None, epsilon=1e-12, name=None, \
    dim=None) : normalize op=l2
math.softmax, nn.softmax(logits, axis=None, name=None; dim=axis) : normalize op=softmax default=-1
math.log_softmax, nn.log_softmax(logits, axis=None, name=None; dim=axis) : normalize op=log_softmax \
    default=-1
math.top_k, nn.top_k(input, k=1, sorted=True, index_type='int32', name=None) : topk
approx_top_k(input, k, reduction_dimension=-1, recall_target=0.95, is_max_k=True, \
    reduction_input_size_override=-1, aggregate_to_topk=True, name=None) : topk_along
math.approx_max_k, math.approx_min_k(operand, k, reduction_dimension=-1, recall_target=0.95, \
    reduction_input_size_override=-1, aggregate_to_topk=True, name=None) : topk_along
math.in_top_k, nn.in_top_k(targets, predictions, k, name=None) : in_top_k
math.zero_fraction, nn.zero_fraction(value, name=None) : whole
contrib.distributions.percentile(x, q, axis=None, interpolation=None, keep_dims=False, \
    validate_args=False, name=None; keepdims=keep_dims) : quantile
math.bincount, bincount(arr, weights=None, minlength=None, maxlength=None, dtype='int32', name=None, \
    axis=None, binary_output=False) : histogram
histogram_fixed_width(values, value_range, nbins=100, dtype='int32', name=None) : whole
histogram_fixed_width_bins(values, value_range, nbins=100, dtype='int32', name=None) : searchsorted
math.confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype='int32', name=None) : whole
confusion_matrix(labels, predictions, num_classes=None, dtype='int32', name=None, weights=None) : whole
math.is_non_decreasing, is_non_decreasing, math.is_strictly_increasing, is_strictly_increasing(x, \
    name=None) : whole dtype=bool
math.lbeta, lbeta(x, name=None) : reduce_last
math.invert_permutation, invert_permutation(x, name=None) : last_axis size=same
math.segment_sum, segment_sum, math.segment_mean, segment_mean, math.segment_max, segment_max, \
    math.segment_min, segment_min, math.segment_prod, segment_prod(data, segment_ids, name=None) : segment
math.unsorted_segment_sum, unsorted_segment_sum, math.unsorted_segment_mean, unsorted_segment_mean, \
    math.unsorted_segment_max, unsorted_segment_max, math.unsorted_segment_min, unsorted_segment_min, \
    math.unsorted_segment_prod, unsorted_segment_prod, math.unsorted_segment_sqrt_n, \
    unsorted_segment_sqrt_n(data, segment_ids, num_segments, name=None) : segment
unique(x, out_idx='int32', name=None) : whole
unique_with_counts(x, out_idx='int32', name=None) : whole
sets.difference, sets.set_difference(a, b, aminusb=True, validate_indices=True) : set_of_lists
sets.intersection, sets.union, sets.set_intersection, sets.set_union(a, b, validate_indices=True) : \
    set_of_lists
sets.size, sets.set_size(a, validate_indices=True) : drop_last dtype=int32
random.log_uniform_candidate_sampler, random.uniform_candidate_sampler, \
    random.learned_unigram_candidate_sampler, nn.log_uniform_candidate_sampler, \
    nn.uniform_candidate_sampler, nn.learned_unigram_candidate_sampler(true_classes, num_true, num_sampled, \
    unique, range_max, seed=None, name=None) : candidates

# products
matmul, linalg.matmul, batch_matmul(a, b, transpose_a=False, transpose_b=False, adjoint_a=False, \
    adjoint_b=False, a_is_sparse=False, b_is_sparse=False, output_type=None, grad_a=False, grad_b=False, \
    name=None; x=a, y=b, adj_x=adjoint_a, adj_y=adjoint_b) : matmul
linalg.matvec(a, b, transpose_a=False, adjoint_a=False, a_is_sparse=False, b_is_sparse=False, \
    name=None) : matvec
tensordot, linalg.tensordot(a, b, axes, name=None) : tensordot
einsum, linalg.einsum(equation, *inputs, name=None, optimize='greedy') : einsum
linalg.cross, cross(a, b, name=None) : cross
sparse.sparse_dense_matmul, sparse_tensor_dense_matmul(sp_a, b, adjoint_a=False, adjoint_b=False, \
    name=None) : matmul

# matrices: the last two axes
linalg.matrix_transpose, matrix_transpose, linalg.transpose(a, name='matrix_transpose', \
    conjugate=False) : matrix_transpose
linalg.adjoint(matrix, name=None) : matrix_transpose
linalg.cholesky, cholesky, linalg.expm, linalg.logm, linalg.sqrtm, matrix_square_root(input, name=None) \
    : last_two
linalg.inv, matrix_inverse(input, adjoint=False, name=None) : last_two
linalg.pinv(a, rcond=None, validate_args=False, name=None) : last_two swap
linalg.band_part, matrix_band_part(input, num_lower, num_upper, name=None) : last_two
linalg.set_diag, matrix_set_diag(input, diagonal, name='set_diag', k=0, align='RIGHT_LEFT') : last_two
linalg.det, matrix_determinant(input, name=None) : last_two drop
linalg.logdet(matrix, name=None) : last_two drop
linalg.slogdet(input, name=None) : pair inner=last_two drop
linalg.trace, trace(x, name=None) : last_two drop
linalg.matrix_rank(a, tol=None, validate_args=False, name=None) : last_two drop dtype=int32
linalg.diag, matrix_diag(diagonal, name='diag', k=0, num_rows=-1, num_cols=-1, padding_value=0, \
    align='RIGHT_LEFT') : diag_matrix
linalg.diag_part, matrix_diag_part(input, name='diag_part', k=0, padding_value=0, align='RIGHT_LEFT') : \
    diagonal last
linalg.tensor_diag, diag(diagonal, name=None) : diag_vector double
linalg.tensor_diag_part, diag_part(input, name=None) : diag_vector halve
linalg.solve, matrix_solve(matrix, rhs, adjoint=False, name=None) : solve
linalg.triangular_solve, matrix_triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None) : solve
linalg.cholesky_solve, cholesky_solve(chol, rhs, name=None) : solve
linalg.lstsq, matrix_solve_ls(matrix, rhs, l2_regularizer=0.0, fast=True, name=None) : lstsq
linalg.svd, svd(tensor, full_matrices=False, compute_uv=True, name=None) : svd
linalg.qr, qr(input, full_matrices=False, name=None) : qr
linalg.lu(input, output_idx_type='int32', name=None) : lu
linalg.lu_solve(lower_upper, perm, rhs, validate_args=False, name=None) : solved_rows
linalg.lu_reconstruct, linalg.lu_matrix_inverse(lower_upper, perm, validate_args=False, name=None) : last_two
linalg.tridiagonal_matmul(diagonals, rhs, diagonals_format='compact', name=None) : solved_rows
linalg.tridiagonal_solve(diagonals, rhs, diagonals_format='compact', transpose_rhs=False, \
    conjugate_rhs=False, name=None, partial_pivoting=True, perturb_singular=False) : solved_rows
linalg.banded_triangular_solve(bands, rhs, lower=True, adjoint=False, name=None) : solved_rows
linalg.eig, eig(tensor, name=None) : eigen dtype=complex64
linalg.eigh, self_adjoint_eig(tensor, name=None) : eigen
linalg.eigvalsh, self_adjoint_eigvals(tensor, name=None) : last_two drop=1
linalg.eigvals, eigvals(tensor, name=None) : last_two drop=1 dtype=complex64
linalg.eye, eye(num_rows, num_columns=None, batch_shape=None, dtype='float32', name=None) : eye
linalg.global_norm, global_norm(t_list, name=None) : whole

# signals: the last axes alone change
signal.fftnd, signal.ifftnd(input_tensor, fft_length=None, axes=None, norm=None, name=None) : along_axes
signal.rfftnd(input_tensor, fft_length=None, axes=None, norm=None, name=None) : along_axes dtype=complex64
signal.irfftnd(input_tensor, fft_length=None, axes=None, norm=None, name=None) : along_axes dtype=float32
fftnd, ifftnd(input, fft_length, axes, name=None) : along_axes
rfftnd(input, fft_length, axes, Tcomplex='complex64', name=None) : along_axes dtype=complex64
irfftnd(input, fft_length, axes, Treal='float32', name=None) : along_axes dtype=float32
signal.mdct(signals, frame_length, window_fn=None, pad_end=False, norm=None, name=None) : last_axis rank=1
signal.inverse_mdct(mdcts, window_fn=None, norm=None, name=None) : last_axis last=2 rank=-1
signal.inverse_stft_window_fn(frame_step, forward_window_fn=None, name=None) : opaque kind=function
signal.fft, fft, signal.ifft, ifft(input, name=None) : last_axis size=same
signal.fft2d, fft2d, signal.ifft2d, ifft2d(input, name=None) : last_axis size=same last=2
signal.fft3d, fft3d, signal.ifft3d, ifft3d(input, name=None) : last_axis size=same last=3
signal.rfft, rfft(input_tensor, fft_length=None, name=None) : last_axis dtype=complex64
signal.irfft, irfft(input_tensor, fft_length=None, name=None) : last_axis dtype=float32
signal.rfft2d, rfft2d(input_tensor, fft_length=None, name=None) : last_axis last=2 dtype=complex64
signal.irfft2d, irfft2d(input_tensor, fft_length=None, name=None) : last_axis last=2 dtype=float32
signal.fftshift, signal.ifftshift(x, axes=None, name=None) : fftshift
signal.dct, signal.idct(input, type=2, n=None, axis=-1, norm=None, name=None) : last_axis
signal.stft, contrib.signal.stft(signals, frame_length, frame_step, fft_length=None, window_fn=None, \
    pad_end=False, name=None) : last_axis rank=1
signal.inverse_stft(stfts, frame_length, frame_step, fft_length=None, window_fn=None, name=None) : \
    last_axis last=2 rank=-1
signal.frame, contrib.signal.frame(signal, frame_length, frame_step, pad_end=False, pad_value=0, \
    axis=-1, name=None) : last_axis rank=1
signal.overlap_and_add(signal, frame_step, name=None) : last_axis last=2 rank=-1
signal.mfccs_from_log_mel_spectrograms(log_mel_spectrograms, name=None) : last_axis size=same
signal.linear_to_mel_weight_matrix(num_mel_bins=20, num_spectrogram_bins=129, sample_rate=8000, \
    lower_edge_hertz=125.0, upper_edge_hertz=3800.0, dtype='float32', name=None) : fresh_matrix
signal.hann_window, signal.hamming_window(window_length, periodic=True, dtype='float32', name=None) : window
signal.kaiser_window, signal.kaiser_bessel_derived_window(window_length, beta=12.0, dtype='float32', \
    name=None) : window
signal.vorbis_window(window_length, dtype='float32', name=None) : window
signal.rfft3d(input_tensor, fft_length=None, name=None) : last_axis last=3 dtype=complex64
signal.irfft3d(input_tensor, fft_length=None, name=None) : last_axis last=3 dtype=float32
"""
