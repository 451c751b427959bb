"""``theano.tensor``, which Keras 1 code uses next to ``keras.backend``."""

from __future__ import annotations

from lambdalint.interp.values import NONE, Const, Value

ATTRIBUTES: dict[str, Value] = {
    "tensor.newaxis": NONE,
    "config.floatX": Const("float32"),
}

TABLE = """
# elementwise
tensor.abs_, tensor.abs(x) : map sign=abs
tensor.exp, tensor.exp2(x) : map sign=positive
tensor.sqrt(x) : map sign=sqrt
tensor.sqr(x) : map sign=square
tensor.log, tensor.log2, tensor.log10(x) : map sign=log
tensor.log1p(x) : map sign=log1p
tensor.sin, tensor.cos, tensor.tan, tensor.tanh, tensor.arcsin, tensor.arctan, tensor.sinh, \
    tensor.expm1, tensor.erf, tensor.neg, tensor.gammaln(x) : map sign=any
tensor.arccos(x) : map sign=nonneg
tensor.cosh(x) : map sign=positive
tensor.inv(x) : map sign=reciprocal
tensor.nnet.sigmoid, tensor.nnet.hard_sigmoid, tensor.nnet.ultra_fast_sigmoid(x) : map sign=unit
tensor.nnet.softplus(x) : map sign=positive
tensor.nnet.relu(x, alpha=0) : relu
tensor.nnet.elu(x, alpha=1) : map sign=any
tensor.sgn, tensor.floor, tensor.ceil, tensor.round, tensor.iround, tensor.trunc(a) : map cut
tensor.isnan, tensor.isinf(a) : map sign=mask dtype=bool
tensor.invert(a) : logical
tensor.cast(x, dtype) : cast
tensor.clip(x, min, max) : clip
tensor.add(x, y) : zip op=add
tensor.sub(x, y) : zip op=sub
tensor.mul(x, y) : zip op=mul
tensor.true_div(x, y) : zip op=div
tensor.int_div, tensor.floor_div(x, y) : zip op=floordiv
tensor.mod(x, y) : zip op=mod
tensor.pow(x, y) : zip op=pow
tensor.maximum(x, y) : zip op=max
tensor.minimum(x, y) : zip op=min
tensor.arctan2(y, x) : zip op=atan2
tensor.eq, tensor.neq, tensor.gt, tensor.ge, tensor.lt, tensor.le(x, y) : compare
tensor.isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False) : compare
tensor.and_, tensor.or_, tensor.xor(x, y) : logical
tensor.switch, tensor.where(cond, ift, iff) : where
tensor.zeros_like(model, dtype=None, opt=False) : like op=zeros
tensor.ones_like(model, dtype=None, opt=False) : like op=ones
tensor.fill(a, b) : like op=full
gradient.disconnected_grad, gradient.zero_grad(x) : stop_gradient

# reductions
tensor.sum, tensor.prod, tensor.mean(x, axis=None, dtype=None, keepdims=False, acc_dtype=None) : reduce
tensor.max, tensor.min, tensor.any, tensor.all(x, axis=None, keepdims=False) : reduce
tensor.std, tensor.var(x, axis=None, ddof=0, keepdims=False) : var_std
tensor.argmax, tensor.argmin(x, axis=None, keepdims=False) : argreduce
tensor.max_and_argmax(x, axis=None, keepdims=False) : pair inner=argreduce
tensor.cumsum, tensor.cumprod(x, axis=None) : scan
tensor.nnet.softmax(c, axis=-1) : normalize op=softmax
tensor.nnet.logsoftmax(c, axis=-1) : normalize op=log_softmax
tensor.nlinalg.trace(X) : whole

# axes
tensor.reshape(x, newshape, ndim=None) : reshape
tensor.flatten(x, ndim=1, outdim=None) : theano_flatten
tensor.transpose(x, axes=None) : transpose
tensor.tile(x, reps, ndim=None) : tile
tensor.repeat, tensor.extra_ops.repeat(x, repeats, axis=None) : repeat
tensor.expand_dims(x, axis) : expand_dims
tensor.squeeze, tensor.extra_ops.squeeze(x) : squeeze
tensor.shape_padleft(t, n_ones=1) : pad_ones left
tensor.shape_padright(t, n_ones=1) : pad_ones right
tensor.shape_padaxis(t, axis) : expand_dims
tensor.roll(x, shift, axis=None) : roll
tensor.sort, tensor.argsort(self, axis=-1, kind='quicksort', order=None) : sort
tensor.addbroadcast, tensor.unbroadcast(x, *axes) : first_argument
tensor.patternbroadcast(x, broadcastable) : identity
tensor.diag(v, k=0) : diag_vector

# picking and joining
tensor.take(a, indices, axis=None, mode='raise') : take
tensor.set_subtensor, tensor.inc_subtensor(x, y, inplace=False, tolerate_inplace_aliasing=False) : \
    unknown_result
tensor.concatenate(tensor_list, axis=0) : concat
tensor.stack(tensors, axis=0) : stack
tensor.stacklists(arg) : stack

# products
tensor.dot(l, r) : numpy_dot
tensor.batched_dot(a, b) : matmul batched
tensor.batched_tensordot(x, y, axes=2) : unknown_result
tensor.tensordot(a, b, axes=2) : tensordot
tensor.outer(x, y) : outer

# creation
tensor.zeros, tensor.ones(shape, dtype=None) : zeros
tensor.alloc(value, *shape) : theano_alloc
tensor.eye(n, m=None, k=0, dtype=None) : eye
tensor.arange(start, stop=None, step=1, dtype=None) : arange
tensor.constant, tensor.as_tensor_variable(x, name=None, ndim=None, dtype=None) : constant
tensor.shape(x) : shape_of
shared(value, name=None, strict=False, allow_downcast=None, borrow=False) : variable

tensor.nnet.abstract_conv.bilinear_upsampling, tensor.nnet.bilinear_upsampling(input, ratio=None, \
    frac_ratio=None, num_input_channels=None, batch_size=None, use_1D_kernel=True) : theano_upsampling

# control
scan(fn, sequences=None, outputs_info=None, non_sequences=None, n_steps=None, truncate_gradient=-1, \
    go_backwards=False, mode=None, name=None, profile=False, allow_gc=None, strict=False, \
    return_list=False) : unknown_result
map(fn, sequences, non_sequences=None, truncate_gradient=-1, go_backwards=False, mode=None, name=None) \
    : unknown_result
ifelse.ifelse(condition, then_branch, else_branch, name=None) : switch
function(inputs, outputs=None, updates=None, givens=None, allow_input_downcast=None) : opaque kind=function
tensor.grad, grad(cost, wrt, consider_constant=None) : gradients
printing.Print(message='', attrs=None) : opaque kind=printer
"""
