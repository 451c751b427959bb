"""Stand-ins for values that are not known: of the kind that the code around them takes."""

from __future__ import annotations

import ast

from lambdalint.interp.values import Tensor

NUMBER = "3"
"""What a number is taken to be."""
KINDS = 3
"""Each stand-in comes in as many values: what is shown with one must not be refuted with another."""
_NUMBERS = (NUMBER, "2", "0.5")
_SEVERAL = ("[2, 3, 4]", "[2, 2]", "[1]")
_SIZE_OF_IMAGES = ("[4, 6]", "[6, 4]", "[8, 8]")
_CALLABLE = "(lambda *given: given[0])"
_ARRAYS = tuple(f"__import__('numpy').array({each})" for each in ("[2, 3, 4]", "0.5", "[[0.5]]"))
_SHAPES = ("(6, 5, 3)", "(4,)", "(3, 5)")
_TAKE_SEQUENCES = frozenset(
    ("len", "list", "tuple", "enumerate", "zip", "sorted", "sum", "max", "min", "set")
)
_OF_KEY = "[(4,), (4,)] if 'shape' in str(key) else {}"
_MAPPING = f"type('Settings', (dict,), {{{{'__missing__': lambda self, key: {_OF_KEY}}}}})()"
_MODEL = "_lambdalint_keras.Sequential([_lambdalint_keras.Input((4,)), _lambdalint_keras.layers.Dense(3)])"
_OF_ARRAYS = frozenset({"tolist", "astype", "mean", "ndim", "T", "std", "flatten", "min", "max", "sum"})
_OF_TENSORS = frozenset({"get_shape", "_keras_shape", "dtype", "shape", "op", "_keras_history"})
_OF_MODELS = frozenset({"outputs", "inputs", "output", "input", "layers", "output_shape", "input_shape"})
_PLURAL = ("shape", "image_size", "img_size", "labels", "list", "dims")


def stand_in(name: str, code: ast.AST, kind: int = 0) -> str:
    """The expression of a value that code could take for a variable, or an attribute: ``self.size``."""
    for node in ast.walk(code):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.Name, ast.Attribute)) and ast.unparse(child) == name:
                found = _found(node, child, kind)
                if found is not None:
                    return found
    if name.rpartition("_")[2] == "name":
        return "'name'"
    return _SEVERAL[kind] if _is_plural(name) else _NUMBERS[kind]


def for_tensor(value: Tensor, kind: int = 0) -> str:
    """The expression of a tensor or array whose entries, and maybe shape, are not known."""
    sizes = None if value.dims is None else [size if isinstance(size, int) else None for size in value.dims]
    if value.kind == "keras":
        return f"_lambdalint_keras.Input({_SHAPES[kind] if sizes is None else tuple(sizes[1:])})"
    array = _ARRAYS[1] if sizes is None else f"__import__('numpy').ones({[size or 3 for size in sizes]})"
    if value.kind == "ndarray":
        return array
    maker = "Variable" if value.kind == "variable" else "constant"
    return f"__import__('tensorflow').{maker}({array}, dtype={value.dtype or 'float32'!r})"


def needed(name: str, code: ast.AST) -> bool:
    """Whether code computes with a variable that is ``None`` unless it is given, and never asks for that."""
    computed = False
    for node in ast.walk(code):
        names = [
            child for child in ast.iter_child_nodes(node) if isinstance(child, ast.Name) and child.id == name
        ]
        if names and isinstance(node, (ast.Compare, ast.BoolOp, ast.If, ast.IfExp, ast.Call, ast.keyword)):
            return False
        computed = computed or (bool(names) and isinstance(node, (ast.BinOp, ast.UnaryOp)))
    return computed


def _is_plural(name: str) -> bool:
    return name.endswith(_PLURAL) and not name.endswith("batch_size")


def _found(node: ast.AST, used: ast.expr, kind: int) -> str | None:
    """What one use of a variable shows of it."""
    if isinstance(node, ast.Call):
        if node.func is used:
            return _CALLABLE
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr.startswith("resize")
            and used in node.args[1:2]
        ):
            return _SIZE_OF_IMAGES[kind]
        if isinstance(node.func, ast.Call) and used in node.args:
            return _tensor(kind)
        taken = isinstance(node.func, ast.Name) and node.func.id in _TAKE_SEQUENCES
        return _SEVERAL[kind] if taken and used in node.args else None
    if isinstance(node, ast.keyword) and node.arg == "size":
        return _SIZE_OF_IMAGES[kind]
    if isinstance(node, ast.Attribute):
        return _owner(node.attr, _is_plural(ast.unparse(used)), kind)
    if isinstance(node, ast.Subscript) and node.value is used:
        text = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        return _MAPPING.format(_NUMBERS[kind]) if text else _SEVERAL[kind]
    if isinstance(node, (ast.For, ast.comprehension)) and node.iter is used:
        return _SEVERAL[kind]
    if isinstance(node, ast.Compare) and node.left is used and isinstance(node.comparators[0], ast.Constant):
        value = node.comparators[0].value
        return repr(value) if isinstance(value, str) else None
    return None


def _owner(attribute: str, several: bool, kind: int) -> str | None:
    """What has an attribute: an array, a tensor of Keras or a model."""
    if attribute in _OF_ARRAYS or (several and attribute == "shape"):
        return _ARRAYS[kind]
    if attribute in _OF_TENSORS:
        return _tensor(kind)
    return _MODEL if attribute in _OF_MODELS else None


def _tensor(kind: int) -> str:
    return f"_lambdalint_keras.Input({_SHAPES[kind]})"
