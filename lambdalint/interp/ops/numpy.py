"""``numpy``: exact on Python numbers and shapes, abstract on arrays, an event on a layer's tensors."""

from __future__ import annotations

from lambdalint.interp.values import NONE, Const, Value

_DTYPES = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32")

ATTRIBUTES: dict[str, Value] = {
    "pi": Const(3.141592653589793),
    "e": Const(2.718281828459045),
    "inf": Const(float("inf")),
    "Inf": Const(float("inf")),
    "infty": Const(float("inf")),
    "nan": Const(float("nan")),
    "NaN": Const(float("nan")),
    "newaxis": NONE,
    "bool": Const("bool"),
    "bool_": Const("bool"),
    "float": Const("float64"),
    "int": Const("int64"),
    "float_": Const("float64"),
    "uint64": Const("uint64"),
    **{name: Const(name) for name in _DTYPES},
}

TABLE = """
# numbers
float16, float32, float64, float_, float, double, single, half(x=0) : np_number kind=float
int8, int16, int32, int64, uint8, uint16, uint32, uint64, int, int_(x=0) : np_number kind=int
bool, bool_(x=False) : np_number kind=bool
sqrt(x, out=None) : np inner=map sign=sqrt f=sqrt
exp, exp2(x, out=None) : np inner=map sign=positive f=exp
log, log2, log10, log1p(x, out=None) : np inner=map sign=log f=log
abs, absolute, fabs(x, out=None) : np inner=map sign=abs
square(x, out=None) : np inner=map sign=square
sin, cos, tan, sinh, cosh, tanh, arcsin, arccos, arctan, expm1, negative, cbrt, sign, deg2rad, rad2deg, \
    radians, degrees, reciprocal(x, out=None) : np inner=map sign=any
floor, ceil, trunc, rint, fix(x, out=None) : np inner=map sign=any
round, around, round_(a, decimals=0, out=None) : np inner=map sign=any
isnan, isinf, isfinite, logical_not(x, out=None) : np inner=map sign=mask dtype=bool
nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None) : np inner=map sign=any
interp(x, xp, fp, left=None, right=None, period=None) : np inner=map sign=any
clip(a, a_min, a_max, out=None) : np inner=clip
add, subtract, multiply, divide, true_divide, floor_divide, mod, remainder, power, maximum, minimum, \
    arctan2, hypot(x1, x2, out=None) : np inner=zip op=any
equal, not_equal, greater, greater_equal, less, less_equal(x1, x2, out=None) : np inner=compare
isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False) : np inner=compare
allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False) : np
array_equal(a1, a2, equal_nan=False) : np
bitwise_and, bitwise_or, bitwise_xor, left_shift, right_shift, logaddexp, fmax, fmin, fmod, heaviside, \
    gcd, lcm(x1, x2, out=None) : np inner=zip op=any
logical_and, logical_or, logical_xor(x1, x2, out=None) : np inner=logical
where(condition, x=None, y=None) : np inner=where

# reductions
prod, product(a, axis=None, dtype=None, out=None, keepdims=False) : np inner=reduce f=prod
sum(a, axis=None, dtype=None, out=None, keepdims=False) : np inner=reduce f=sum
mean, std, var(a, axis=None, dtype=None, out=None, keepdims=False) : np inner=reduce
max, amax(a, axis=None, out=None, keepdims=False) : np inner=reduce f=max
min, amin(a, axis=None, out=None, keepdims=False) : np inner=reduce f=min
any, all, median, ptp(a, axis=None, out=None, keepdims=False) : np inner=reduce
nansum, nanmean, nanstd, nanvar, nanprod, nanmedian, nanmax, nanmin(a, axis=None, dtype=None, out=None, \
    keepdims=False) : np inner=reduce
count_nonzero(a, axis=None, keepdims=False) : np inner=reduce op=count
argmax, argmin(a, axis=None, out=None) : np inner=argreduce
cumsum, cumprod(a, axis=None, dtype=None, out=None) : np inner=scan f=cumulate
argsort, sort(a, axis=-1, kind=None, order=None) : np inner=sort
average(a, axis=None, weights=None) : np inner=reduce op=mean
percentile, quantile(a, q, axis=None, out=None) : np
linalg.norm(x, ord=None, axis=None, keepdims=False) : np inner=norm
unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None) : np
ndim(a) : np inner=ndim
size(a, axis=None) : np inner=size f=size
shape(a) : np inner=shape_tuple f=shape

# axes
reshape(a, newshape, order='C'; shape=newshape) : np inner=reshape
ravel(a, order='C') : np inner=flatten
transpose(a, axes=None) : np inner=transpose
expand_dims(a, axis) : np inner=expand_dims
squeeze(a, axis=None) : np inner=squeeze
swapaxes(a, axis1, axis2) : np inner=swapaxes
moveaxis, rollaxis(a, source, destination=0) : np inner=moveaxis
tile(A, reps) : np inner=tile
repeat(a, repeats, axis=None) : np inner=repeat
flip(m, axis=None) : np inner=reverse
fliplr(m) : np inner=reverse axis=1
flipud(m) : np inner=reverse axis=0
roll(a, shift, axis=None) : np inner=roll
pad(array, pad_width, mode='constant', constant_values=0) : np inner=pad
broadcast_to(array, shape, subok=False) : np inner=broadcast_to
concatenate(arrays, axis=0, out=None) : np inner=concat
stack(arrays, axis=0, out=None) : np inner=stack
hstack(tup) : np inner=joined op=hstack
dstack(tup) : np inner=joined op=dstack
vstack, row_stack(tup) : np inner=joined op=vstack
split, array_split(ary, indices_or_sections, axis=0) : np inner=split
take(a, indices, axis=None, out=None, mode='raise') : np inner=take
take_along_axis(arr, indices, axis=-1) : np inner=take_along_axis
isin(element, test_elements, assume_unique=False, invert=False) : np inner=membership
diff(a, n=1, axis=-1, prepend=None, append=None) : np inner=diff
diagonal(a, offset=0, axis1=0, axis2=1) : np inner=diagonal
rot90(m, k=1, axes=(0, 1)) : np inner=rot90
append(arr, values, axis=None) : np
delete(arr, obj, axis=None) : np
insert(arr, obj, values, axis=None) : np
meshgrid(*xi, indexing='xy', sparse=False, copy=True) : np inner=meshgrid
diag(v, k=0) : np inner=diag_vector
triu, tril(m, k=0) : np inner=map sign=any

# products
dot(a, b, out=None) : np inner=dot
matmul(x1, x2, out=None) : np inner=matmul
einsum(subscripts, *operands, out=None, optimize=False) : np inner=einsum
tensordot(a, b, axes=2) : np inner=tensordot
outer(a, b, out=None) : np inner=outer

# creation
array, asarray, ascontiguousarray, asfarray(a, dtype=None, copy=None, order=None, ndmin=0; object=a) : \
    np_array
copy(a, order='K') : np inner=identity
zeros, ones, empty(shape, dtype='float64', order='C') : np inner=zeros
full(shape, fill_value, dtype=None, order='C') : np inner=full
zeros_like, empty_like(a, dtype=None) : np inner=like op=zeros
ones_like(a, dtype=None) : np inner=like op=ones
full_like(a, fill_value, dtype=None) : np inner=like op=full
eye(N, M=None, k=0, dtype='float64') : np inner=eye
identity(n, dtype='float64') : np inner=eye
arange(start, stop=None, step=1, dtype=None) : np inner=arange
linspace, logspace, geomspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0) : \
    np inner=linspace
load(file, mmap_mode=None, allow_pickle=False) : np
loadtxt, genfromtxt(fname, dtype='float64', delimiter=None) : np

# random numbers: drawn once, when the function is traced
random.rand, random.randn(*d0) : np_random spread
random.random, random.random_sample, random.sample, random.ranf, random.standard_normal(size=None) : \
    np_random
random.normal, random.laplace, random.gumbel, random.logistic, random.lognormal(loc=0.0, scale=1.0, \
    size=None) : np_random
random.uniform(low=0.0, high=1.0, size=None) : np_random
random.randint, random.random_integers(low, high=None, size=None, dtype='int64') : np_random
random.binomial(n, p, size=None) : np_random
random.choice(a, size=None, replace=True, p=None) : np_random
random.permutation(x) : np_random
random.exponential, random.poisson(scale=1.0, size=None) : np_random
random.beta, random.gamma(a, b=1.0, size=None) : np_random
random.shuffle(x) : np_random
random.seed(seed=None) : none
"""
