"""Images: resizing, padding, patches, and blocks of pixels that become channels or samples."""

from __future__ import annotations

from dataclasses import replace

from lambdalint.interp import events
from lambdalint.interp.call import OpCall
from lambdalint.interp.ops.operands import (
    SHAPE_UNKNOWN,
    axes_of,
    broken,
    known_sizes,
    operand,
    ranked,
    shape_of_argument,
    unsure,
)
from lambdalint.interp.ops.sizes import padded
from lambdalint.interp.ops.table import Family
from lambdalint.interp.tensors import Dims, meet_batches, result
from lambdalint.interp.values import (
    NONE,
    Along,
    Batch,
    Broken,
    Const,
    Constant,
    Number,
    Sequence,
    Tensor,
    Unknown,
    Unsure,
    Value,
)
from lambdalint.layers.dims import Dim, add, ceildiv, divide, floordiv, fresh, mul, product, sub

_FIRST = ("channels_first", "th", "NCHW", "NCDHW", "NC", "NCW")


def _spatial(call: OpCall, x: Tensor, count: int) -> tuple[int, ...]:
    """The axes of height and width (and depth) in a batch of images.

    Raises:
        Impossible: the tensor has too few or too many axes.
    """
    if x.rank not in (None, count + 2):
        call.impossible(f"it needs {count + 2} axes, and {axes_of(x.rank or 0)}", before=x)
    start = 2 if call.constant("data_format") in _FIRST else 1
    return tuple(range(start, start + count))


def _channels(call: OpCall, rank: int) -> int:
    return 1 if call.constant("data_format") in _FIRST else rank - 1


def _images(call: OpCall, count: int) -> Tensor | Unknown:
    """The operand as a batch of images of ``count`` dimensions, which its use shows it to be."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    _spatial(call, x, count)
    return ranked(x, count + 2)


def _changed(call: OpCall, x: Tensor, new: dict[int, Dim], blend: bool = False) -> Tensor:
    """``x`` with other sizes along some axes; samples along one of them are mixed."""
    dims = tuple(new.get(axis, dim) for axis, dim in enumerate(x.dims or ()))
    batch = x.batch
    if isinstance(batch, Along) and batch.axis in new:
        batch = broken(call, events.MIXED, x, dims, batch.axis)
    return result([x], dims, batch, dtype="float32" if blend else x.dtype, sign=x.sign)


# --- other sizes -----------------------------------------------------------------------------------


def resize_images(call: OpCall) -> Value:
    """Height and width (``rank=3``: and depth) so many times as large."""
    count = int(call.option("rank", "2"))
    x = _images(call, count)
    if isinstance(x, Unknown):
        return x
    names = ("depth_factor", "height_factor", "width_factor")[-count:]
    new: dict[int, Dim] = {}
    for axis, name in zip(_spatial(call, x, count), names):
        factor = call.machine.dim(call.get(name))
        new[axis] = fresh() if factor is None else mul((x.dims or ())[axis], factor)
    return _changed(call, x, new)


def image_resize(call: OpCall) -> Value:
    """Height and width of one image or of a batch of them become ``size``."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    entries = shape_of_argument(call, call.get("size"))
    keeps_ratio = call.constant("preserve_aspect_ratio") not in (None, False)
    sizes = (fresh(), fresh()) if entries is None or keeps_ratio else known_sizes(entries)
    if entries is not None and len(entries) == 1 and call.op.name.startswith("keras.ops"):
        sizes = sizes * 2
    if len(sizes) != 2:
        call.impossible(f"a size of {len(sizes)} entries where height and width are meant", before=x)
    blend = call.constant("method", "interpolation") not in ("nearest", 1)
    if x.dims is None:
        # One image or many: the samples are not among height and width either way, if there are some.
        return result([x], None, x.batch, dtype="float32" if blend else x.dtype, sign=x.sign)
    if len(x.dims) not in (3, 4):
        call.impossible(f"it needs 3 or 4 axes, and {axes_of(len(x.dims))}", before=x)
    start = len(x.dims) - 3 + (1 if call.constant("data_format") in _FIRST else 0)
    return _changed(call, x, {start: sizes[0], start + 1: sizes[1]}, blend)


def spatial_pad(call: OpCall) -> Value:
    """Zeros around time, height and width, or volumes: ``rank=`` how many axes are padded."""
    count = int(call.option("rank", "2"))
    x = _images(call, count)
    if isinstance(x, Unknown):
        return x
    pairs: list[tuple[Dim, Dim]] = [(0, 0)] * (count + 2)
    for axis, pair in zip(_spatial(call, x, count), _margins(call, count)):
        pairs[axis] = pair
    return padded(call, x, pairs)


def _margins(call: OpCall, count: int) -> list[tuple[Dim, Dim]]:
    """The padding before and after along each axis, of symbols where it is not known."""
    if "padding" not in call.args:
        names = [("top_pad", "bottom_pad"), ("left_pad", "right_pad")][-count:]
        return [(_margin(call, call.get(first)), _margin(call, call.get(last))) for first, last in names]
    value = call.get("padding")
    items = value.items if isinstance(value, Sequence) and value.items is not None else None
    if count == 1:
        items = [value]
    if items is None or len(items) != count:
        return [(fresh(), fresh())] * count
    margins: list[tuple[Dim, Dim]] = []
    for item in items:
        both = item.items if isinstance(item, Sequence) and item.items else [item, item]
        margins.append((_margin(call, both[0]), _margin(call, both[-1])))
    return margins


def _margin(call: OpCall, value: Value) -> Dim:
    size = call.machine.dim(value)
    return fresh() if size is None else size


# --- blocks ----------------------------------------------------------------------------------------


def space_to_depth(call: OpCall) -> Value:
    """Blocks of pixels become channels."""
    x = _images(call, 2)
    block = call.machine.dim(call.get("block_size"))
    if isinstance(x, Unknown):
        return x
    block = fresh() if block is None else block
    dims = x.dims or ()
    new = {axis: _part(call, x, dims[axis], block, axis) for axis in _spatial(call, x, 2)}
    new[_channels(call, 4)] = mul(dims[_channels(call, 4)], mul(block, block))
    return _changed(call, x, new)


def depth_to_space(call: OpCall) -> Value:
    """Channels become blocks of pixels."""
    x = _images(call, 2)
    block = call.machine.dim(call.get("block_size"))
    if isinstance(x, Unknown):
        return x
    block = fresh() if block is None else block
    dims, channels = x.dims or (), _channels(call, 4)
    new = {axis: mul(dims[axis], block) for axis in _spatial(call, x, 2)}
    new[channels] = _part(call, x, dims[channels], mul(block, block), channels)
    return _changed(call, x, new)


def _part(call: OpCall, x: Tensor, dim: Dim, block: Dim, axis: int) -> Dim:
    """A size divided by a block.

    Raises:
        Impossible: it is no multiple of the block.
    """
    if isinstance(dim, int) and isinstance(block, int) and block > 0 and dim % block:
        why = f"axis {axis} has {dim} entries, which is no multiple of {block}"
        call.impossible(why, before=x, axis=axis)
    return floordiv(dim, block)


def space_to_batch(call: OpCall) -> Value:
    """Blocks of pixels become further samples, before which they stand; ``back`` undoes it."""
    x = operand(call, call.first())
    if isinstance(x, Unknown):
        return x
    shape, edges = call.get("block_shape"), call.get("paddings", "crops")
    if isinstance(edges, (Const, Number)):
        # TensorFlow 1 takes the size of the block last.
        shape, edges = edges, shape
    entries = shape_of_argument(call, shape)
    if entries is None or x.dims is None:
        return result([x], None, unsure(x, SHAPE_UNKNOWN), dtype=x.dtype, sign=x.sign)
    blocks = known_sizes(entries)
    if len(blocks) == 1 and call.op.name.endswith(("space_to_batch", "batch_to_space")) and len(x.dims) == 4:
        blocks = blocks * 2
    if len(blocks) + 1 > len(x.dims):
        call.impossible(f"{len(blocks)} block sizes, and {axes_of(len(x.dims))}", before=x)
    margins = _block_margins(call, edges, len(blocks))
    back, count = bool(call.option("back")), product(blocks)
    rows = floordiv(x.dims[0], count) if back else mul(x.dims[0], count)
    spatial: list[Dim] = []
    for dim, block, margin in zip(x.dims[1:], blocks, margins):
        spatial.append(sub(mul(dim, block), margin) if back else ceildiv(add(dim, margin), block))
    dims = (rows, *spatial, *x.dims[1 + len(blocks) :])
    return result([x], dims, _rows(call, x, dims, count, back), dtype=x.dtype, sign=x.sign)


def _block_margins(call: OpCall, value: Value, count: int) -> list[Dim]:
    """How many pixels are added to, or cropped from, each axis in all."""
    if isinstance(value, Tensor) and value.rows is not None and len(value.rows) == count:
        return [add(line[0], line[-1]) if len(line) == 2 else fresh() for line in value.rows]
    items = value.items if isinstance(value, Sequence) else None
    if items is None or len(items) != count:
        return [fresh() for _ in range(count)]
    pairs = [shape_of_argument(call, item) for item in items]
    return [fresh() if pair is None or len(pair) != 2 else add(*known_sizes(pair)) for pair in pairs]


def _rows(call: OpCall, x: Tensor, dims: Dims, count: Dim, back: bool) -> Batch:
    batch = x.batch
    if not isinstance(batch, Along) or count == 1:
        return batch
    if batch.axis:
        return broken(call, events.MIXED, x, dims, batch.axis)
    if not back:
        folded = batch.folded or call.silent_event(events.CHANGED, before=x, after=dims, axis=0)
        return replace(batch, outer=mul(count, batch.outer), folded=folded)
    outer = divide(batch.outer, count)
    if not isinstance(count, int) and outer is None:
        return unsure(x, SHAPE_UNKNOWN)
    if outer is None:
        return broken(call, events.CHANGED, x, dims, 0)
    if outer == 1 and batch.inner == 1:
        call.machine.unfolded(batch.folded)
        return replace(batch, outer=1, folded=None)
    return replace(batch, outer=outer)


# --- patches and crops -----------------------------------------------------------------------------


def extract_patches(call: OpCall) -> Value:
    """Patches around pixels, their entries laid out as channels."""
    x = operand(call, call.first())
    if isinstance(x, Tensor) and x.dims is None and call.op.name.startswith("keras.ops."):
        return result([x], None, unsure(x, "images, or volumes"), dtype=x.dtype)
    x = _images(call, 2)
    if isinstance(x, Unknown):
        return x
    written = call.get("ksizes", "size")
    size = _window(call, call.get("sizes") if written == NONE else written)
    stride = size if call.get("strides") == NONE else _window(call, call.get("strides"))
    rate = _window(call, call.get("rates", "dilation_rate"))
    same = str(call.constant("padding", default="")).lower() == "same"
    known = isinstance(call.constant("padding"), str)
    dims, channels = x.dims or (), _channels(call, 4)
    new: dict[int, Dim] = {}
    for axis, patch, step, gap in zip(_spatial(call, x, 2), size, stride, rate):
        reach = add(mul(sub(patch, 1), gap), 1)
        covered = dims[axis] if same else add(sub(dims[axis], reach), 1)
        new[axis] = ceildiv(covered, step) if known else fresh()
    new[channels] = mul(dims[channels], product(size))
    if any(isinstance(each, int) and each < 1 for each in new.values()):
        # Where a patch is one pixel too large, TensorFlow gives entries that nothing has written.
        return result([x], None, unsure(x, SHAPE_UNKNOWN), dtype=x.dtype)
    return _changed(call, x, new)


def _window(call: OpCall, value: Value) -> tuple[Dim, Dim]:
    """Height and width of a window, written as a number, a pair, or with 1 for batch and channels."""
    if value == NONE:
        return 1, 1
    entries = shape_of_argument(call, value)
    if entries is None or len(entries) not in (1, 2, 4):
        return fresh(), fresh()
    sizes = known_sizes(entries)
    if len(sizes) == 4:
        return sizes[1], sizes[2]
    return sizes[0], sizes[-1]


def crop(call: OpCall) -> Value:
    """``crop_and_resize``: one crop per box, of the image that the box names."""
    names = ("boxes", "box_indices")
    x, others = operand(call, call.first()), [operand(call, call.get(name)) for name in names]
    boxes = others[0]
    sizes = shape_of_argument(call, call.get("crop_size"))
    new = known_sizes(sizes) if sizes is not None and len(sizes) == 2 else (fresh(), fresh())
    rows: Dim = boxes.dims[0] if isinstance(boxes, Tensor) and boxes.dims else fresh()
    channels: Dim = x.dims[3] if isinstance(x, Tensor) and x.dims and len(x.dims) == 4 else fresh()
    batch = meet_batches([made.batch for made in (x, *others) if isinstance(made, Tensor)])
    carries = isinstance(batch, Along) or any(made.inputs for made in (x, *others))
    if not isinstance(batch, (Broken, Unsure)) and (carries or not isinstance(batch, Constant)):
        # The boxes name their images by number: whether each its own is not followed.
        batch = Unsure("the images are picked by number", carries=True)
    return result([x, *others], (rows, *new, channels), batch, dtype="float32")


FAMILIES: dict[str, Family] = {
    "resize_images": resize_images,
    "image_resize": image_resize,
    "spatial_pad": spatial_pad,
    "space_to_depth": space_to_depth,
    "depth_to_space": depth_to_space,
    "space_to_batch": space_to_batch,
    "extract_patches": extract_patches,
    "crop": crop,
}
