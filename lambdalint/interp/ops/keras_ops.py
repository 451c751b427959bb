"""``keras.ops`` of Keras 3, and ``tensorflow.experimental.numpy``, which names its functions alike."""

from __future__ import annotations

from lambdalint.interp.values import NONE, Const, Value

ATTRIBUTES: dict[str, Value] = {
    "newaxis": NONE,
    "pi": Const(3.141592653589793),
    "e": Const(2.718281828459045),
    "inf": Const(float("inf")),
    "float16": Const("float16"),
    "float32": Const("float32"),
    "float64": Const("float64"),
    "int32": Const("int32"),
    "int64": Const("int64"),
    "bool_": Const("bool"),
}

TABLE = """
# elementwise, one operand
abs, absolute, fabs(x) : map sign=abs
exp, exp2(x) : map sign=positive
sqrt(x) : map sign=sqrt
rsqrt(x) : map sign=rsqrt
square(x) : map sign=square
log, log2, log10(x) : map sign=log
log1p(x) : map sign=log1p
tanh, erf, softsign, hard_tanh(x) : map sign=odd
expm1, sin, cos, tan, arcsin, arctan, sinh, arcsinh, arctanh, erfinv, cbrt, negative, \
    deg2rad, rad2deg, sinc, conj, conjugate(x) : map sign=any
arccos, arccosh, erfc(x) : map sign=nonneg
cosh, i0(x) : map sign=positive
reciprocal(x) : map sign=reciprocal
sigmoid, hard_sigmoid, sparse_sigmoid(x) : map sign=unit
softplus, sparse_plus(x) : map sign=positive
squareplus(x, b=4) : map sign=positive
relu(x) : map sign=relu
relu6(x) : map sign=relu6
leaky_relu(x, negative_slope=0.2) : map sign=any
elu, celu(x, alpha=1.0) : map sign=any
gelu(x, approximate=True) : map sign=any
selu, silu, swish, hard_silu, hard_swish, log_sigmoid, tanh_shrink(x) : map sign=any
hard_shrink, soft_shrink(x, threshold=0.5) : map sign=any
threshold(x, threshold, default_value) : map sign=any
sign, ceil, floor, trunc, fix(x) : map cut
round(x, decimals=0) : map cut
around(a, decimals=0) : map cut
isfinite, isinf, isnan, isneginf, isposinf, isreal, signbit, bitwise_not, bitwise_invert, invert(x) : \
    map sign=mask dtype=bool
logical_not(x) : logical
nan_to_num(x, nan=0.0, posinf=None, neginf=None) : map sign=any
angle, real, imag(x) : map sign=any
view_as_complex(x) : drop_last dtype=complex64
view_as_real(x) : add_last size=2
bartlett, blackman, hamming, hanning(x) : window
kaiser(x, beta) : window
cast(x, dtype) : cast
saturate_cast(x, dtype) : cast
view(x, dtype=None) : per_sample
copy(x) : identity
ascontiguousarray(a, dtype=None) : identity
stop_gradient(variable) : stop_gradient
clip(x, x_min, x_max) : clip
zeros_like, empty_like(x, dtype=None) : like op=zeros
ones_like(x, dtype=None) : like op=ones
full_like(x, fill_value, dtype=None) : like op=full

# elementwise, more operands
add(x1, x2) : zip op=add
subtract(x1, x2) : zip op=sub
multiply(x1, x2) : zip op=mul
divide, true_divide(x1, x2) : zip op=div
divide_no_nan(x1, x2) : zip op=divide_no_nan
floor_divide(x1, x2) : zip op=floordiv
mod, fmod, remainder(x1, x2) : zip op=mod
power, float_power(x1, x2) : zip op=pow
maximum, fmax(x1, x2) : zip op=max
minimum, fmin(x1, x2) : zip op=min
arctan2(x1, x2) : zip op=atan2
logaddexp, logaddexp2, hypot, heaviside, nextafter, ldexp, gcd, lcm(x1, x2) : zip op=any
bitwise_and, bitwise_or, bitwise_xor, bitwise_left_shift, bitwise_right_shift, left_shift, \
    right_shift(x, y) : zip op=bitwise
polar(abs_, angle) : zip op=any dtype=complex64
equal, not_equal, greater, greater_equal, less, less_equal(x1, x2) : compare
isclose(x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False) : compare
logical_and, logical_or, logical_xor(x1, x2) : logical
where(condition, x1=None, x2=None) : where
select(condlist, choicelist, default=0) : select
isin(x1, x2, assume_unique=False, invert=False) : membership
digitize(x, bins) : membership dtype=int32
searchsorted(sorted_sequence, values, side='left') : searchsorted

# reductions
sum, mean, any, all, amax, amin, nansum, nanmean, nanmax, nanmin, nanprod, nanmedian, median, ptp(x, \
    axis=None, keepdims=False) : reduce
max, min(x, axis=None, keepdims=False, initial=None) : reduce
prod(x, axis=None, keepdims=False, dtype=None) : reduce
count_nonzero(x, axis=None) : reduce op=count dtype=int32
average(x, axis=None, weights=None) : reduce op=mean
quantile, percentile, nanquantile, nanpercentile(x, q, axis=None, method='linear', keepdims=False) : \
    quantile
std, var, nanstd, nanvar(x, axis=None, keepdims=False) : var_std
logsumexp(x, axis=None, keepdims=False) : logsumexp
argmax, argmin, nanargmax, nanargmin(x, axis=None, keepdims=False) : argreduce dtype=int32
cumsum, cumprod, nancumsum, nancumprod(x, axis=None, dtype=None) : scan
moments(x, axes, keepdims=False, synchronized=False) : moments
norm(x, ord=None, axis=None, keepdims=False) : norm
normalize(x, axis=-1, order=2, epsilon=None) : normalize op=l2
softmax, sparsemax(x, axis=-1) : normalize op=softmax
log_softmax(x, axis=-1) : normalize op=log_softmax
layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None) : normalize op=standard
rms_normalization(x, scale=None, axis=-1, epsilon=None) : normalize op=standard
batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=0.001) : batch_normalization
top_k(x, k, sorted=True) : topk
in_top_k(targets, predictions, k) : in_top_k
trapezoid(y, x=None, dx=1.0, axis=-1) : reduce op=sum
diff(a, n=1, axis=-1) : diff
glu(x, axis=-1) : halve
allclose(x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False) : whole dtype=bool
bincount(x, weights=None, minlength=0, sparse=False) : histogram
histogram(x, bins=10, range=None) : whole
unique(x, sorted=True, return_index=False, return_inverse=False, return_counts=False, axis=None, \
    size=None, fill_value=None) : whole
corrcoef(x) : whole
nonzero(x) : whole
segment_sum, segment_max, segment_min, segment_prod(data, segment_ids, num_segments=None, sorted=False) \
    : segment

# axes
transpose(x, axes=None) : transpose
swapaxes(x, axis1, axis2) : swapaxes
moveaxis(x, source, destination) : moveaxis
flip(x, axis=None) : reverse
fliplr(x) : reverse axis=1
flipud(x) : reverse axis=0
roll(x, shift, axis=None) : roll
rot90(array, k=1, axes=(0, 1)) : rot90
sort, argsort(x, axis=-1) : sort
argpartition(x, kth, axis=-1) : sort
reshape(x, newshape; shape=newshape) : reshape keeps_rank
ravel(x) : flatten
expand_dims(x, axis) : expand_dims
squeeze(x, axis=None) : squeeze
tile(x, repeats) : tile
repeat(x, repeats, axis=None) : repeat
pad(x, pad_width, mode='constant', constant_values=None) : pad
broadcast_to(x, shape) : broadcast_to
rearrange(tensor, pattern) : rearrange
space_to_depth(x, block_size, data_format='channels_last') : space_to_depth
depth_to_space(x, block_size, data_format='channels_last') : depth_to_space
diagonal(x, offset=0, axis1=0, axis2=1) : diagonal
trace(x, offset=0, axis1=0, axis2=1) : diagonal sum
diag(x, k=0) : diag_vector
diagflat(x, k=0) : whole
tril, triu(x, k=0) : last_two
vander(x, N=None, increasing=False) : whole
extract_sequences(x, sequence_length, sequence_stride) : last_axis rank=1
unfold(x, kernel_size, dilation=1, padding=0, stride=1) : per_sample rank=3
fold(x, output_size, kernel_size, dilation=1, padding=0, stride=1) : per_sample rank=4

# picking
take(x, indices, axis=None) : take
take_along_axis(x, indices, axis=None) : take_along_axis
one_hot(x, num_classes, axis=-1, dtype=None, sparse=False) : one_hot
multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False) : multi_hot
slice(inputs, start_indices, shape) : slice_op keeps_rank
slice_update(inputs, start_indices, updates) : tensor_scatter slice
scatter(indices, values, shape) : scatter_nd
scatter_update(inputs, indices, updates, reduction=None) : tensor_scatter
get_item(x, key) : get_item
split, array_split(x, indices_or_sections, axis=0) : split
hsplit(x, indices_or_sections) : split axis=1
vsplit(x, indices_or_sections) : split axis=0
dsplit(x, indices_or_sections) : split axis=2
unstack(x, num=None, axis=0) : unstack
unravel_index(indices, shape) : numbers_apart

# joining
concatenate(xs, axis=0) : concat
append(x1, x2, axis=None) : append
stack(x, axis=0) : stack
hstack(xs) : joined op=hstack
vstack(xs) : joined op=vstack
dstack(xs) : joined op=dstack
meshgrid(*x, indexing='xy') : meshgrid

# products
dot(x1, x2) : numpy_dot
matmul(x1, x2) : matmul
einsum(subscripts, *operands) : einsum
tensordot(x1, x2, axes=2) : tensordot
outer(x1, x2) : outer
inner(x1, x2) : tensordot inner
vdot(x1, x2) : whole
cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None) : cross
kron(x1, x2) : whole
correlate(x1, x2, mode='valid') : whole
cdist(x, y) : cdist
conv(inputs, kernel, strides=1, padding='valid', data_format=None, dilation_rate=1) : conv
conv_transpose(inputs, kernel, strides=1, padding='valid', output_padding=None, data_format=None, \
    dilation_rate=1) : conv transposed
depthwise_conv(inputs, kernel, strides=1, padding='valid', data_format=None, dilation_rate=1) : conv \
    depthwise
separable_conv(inputs, depthwise_kernel, pointwise_kernel, strides=1, padding='valid', \
    data_format=None, dilation_rate=1) : conv separable
max_pool, average_pool(inputs, pool_size, strides=None, padding='valid', data_format=None) : pool
adaptive_average_pool, adaptive_max_pool(inputs, output_size, data_format=None) : adaptive_pool
dot_product_attention(query, key, value, bias=None, mask=None, scale=None, is_causal=False, \
    flash_attention=None, attn_logits_soft_cap=None) : attention

# linear algebra on the last two axes
cholesky, cholesky_inverse(x, upper=False) : last_two
inv(x) : last_two
pinv(x, rcond=None) : last_two swap
det, logdet(x) : last_two drop
slogdet(x) : pair inner=last_two
matrix_rank(x, tol=None) : last_two drop dtype=int32
solve(a, b) : solve
solve_triangular(a, b, lower=False) : solve
lstsq(a, b, rcond=None) : lstsq
eig(x) : eigen dtype=complex64
eigh(x) : eigen
lu_factor(x) : lu
qr(x, mode='reduced') : qr
svd(x, full_matrices=True, compute_uv=True) : svd first=u
jvp(fun, primals, tangents, has_aux=False) : unknown_result

# signals: the last axis alone changes
fft, fft2, ifft2(x) : complex_parts
rfft(x, fft_length=None) : pair inner=last_axis
irfft(x, fft_length=None) : complex_parts real
stft(x, sequence_length, sequence_stride, fft_length, window='hann', center=True) : pair inner=last_axis \
    rank=1
istft(x, sequence_length, sequence_stride, fft_length, length=None, window='hann', center=True) : \
    complex_parts real

# losses
binary_crossentropy(target, output, from_logits=False) : zip op=loss
categorical_crossentropy(target, output, from_logits=False, axis=-1) : loss_last
sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1) : sparse_loss_last
ctc_loss(target, output, target_length, output_length, mask_index=0) : per_sample rank=1
ctc_decode(inputs, sequence_lengths, strategy='greedy', beam_width=100, top_paths=1, \
    merge_repeated=True, mask_index=0) : ctc_decoded_together
psnr(x1, x2, max_val) : whole

# creation
zeros, ones, empty(shape, dtype=None) : zeros
full(shape, fill_value, dtype=None) : full
array(x, dtype=None; object=x) : constant
convert_to_tensor(x, dtype=None, sparse=None, ragged=None; dtype_hint=dtype) : constant
asarray(a, dtype=None) : constant
arange(start, stop=None, step=None, dtype=None) : arange
linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0) : linspace
geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0) : linspace
logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0) : linspace
eye(N, M=None, k=0, dtype=None) : eye
identity(n, dtype=None) : eye
tri(N, M=None, k=0, dtype=None) : eye
shape(x) : shape_tuple
ndim(x) : ndim
size(x) : size
dtype(x) : dtype_of
is_tensor(x) : is_tensor
convert_to_numpy(x) : eager

# control
map(f, xs) : map_fn
vectorized_map(function, elements) : map_fn
vectorize(pyfunc, excluded=None, signature=None) : decorator
scan(f, init, xs=None, length=None, reverse=False, unroll=1) : unknown_result
associative_scan(f, elems, reverse=False, axis=0) : unknown_result
while_loop(cond, body, loop_vars, maximum_iterations=None) : while_loop
fori_loop(lower, upper, body_fun, init_val) : while_loop
cond(pred, true_fn, false_fn) : cond
switch(index, branches, *operands) : switch_case
custom_gradient(f) : decorator

# images
image.resize(images, size, interpolation='bilinear', antialias=False, crop_to_aspect_ratio=False, \
    pad_to_aspect_ratio=False, fill_mode='constant', fill_value=0.0, data_format=None; image=images) : \
    image_resize
image.rgb_to_grayscale(images, data_format=None) : last_axis size=1
image.rgb_to_hsv, image.hsv_to_rgb(images, data_format=None) : last_axis size=same
image.crop_images(images, top_cropping=None, left_cropping=None, bottom_cropping=None, \
    right_cropping=None, target_height=None, target_width=None, data_format=None) : image_crop
image.pad_images(images, top_padding=None, left_padding=None, bottom_padding=None, right_padding=None, \
    target_height=None, target_width=None, data_format=None) : image_crop
image.affine_transform(images, transform, interpolation='bilinear', fill_mode='constant', fill_value=0, \
    data_format=None) : last_axis last=3 size=same
image.perspective_transform(images, start_points, end_points, interpolation='bilinear', fill_value=0, \
    data_format=None) : last_axis last=3 size=same
image.gaussian_blur(images, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format=None) : last_axis \
    last=3 size=same
image.elastic_transform(images, alpha=20.0, sigma=5.0, interpolation='bilinear', fill_mode='reflect', \
    fill_value=0.0, seed=None, data_format=None) : last_axis last=3 size=same
image.extract_patches(images, size, strides=None, dilation_rate=1, padding='valid', data_format=None) : \
    extract_patches
image.extract_patches_3d(volumes, size, strides=None, dilation_rate=1, padding='valid', \
    data_format=None) : unknown_result
image.map_coordinates(inputs, coordinates, order, fill_mode='constant', fill_value=0) : unknown_result
image.scale_and_translate(images, output_shape, scale, translation, spatial_dims, method, \
    antialias=True) : unknown_result
image.sobel_edges(images, data_format=None) : add_last size=2 last=3
image.ssim(image1, image2, max_val=1.0, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, \
    data_format=None) : per_sample rank=1
"""
