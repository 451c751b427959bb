"""Stand-ins for values that nothing in view gives: of the kind that the code around them takes."""

from __future__ import annotations

import ast

NUMBER = "3"
"""What a number is taken to be."""
_SEVERAL = "[2, 3, 4]"
_SIZE_OF_IMAGES = "[4, 6]"
_CALLABLE = "(lambda *given: given[0])"
_MAPPING = f"__import__('collections').defaultdict(lambda: {NUMBER})"
_TAKE_SEQUENCES = frozenset(
    ("len", "list", "tuple", "enumerate", "zip", "sorted", "sum", "max", "min", "set")
)
_ARRAY = "__import__('numpy').array([2, 3, 4])"
_TENSOR = "_lambdalint_keras.Input((6, 5, 3))"
_MODEL = "_lambdalint_keras.Sequential([_lambdalint_keras.Input((4,)), _lambdalint_keras.layers.Dense(3)])"
_OF_ARRAYS = frozenset({"tolist", "astype", "mean", "ndim", "T", "std", "flatten", "min", "max", "sum"})
_OF_TENSORS = frozenset({"get_shape", "_keras_shape", "dtype", "shape", "op", "_keras_history"})
_OF_MODELS = frozenset({"outputs", "inputs", "output", "input", "layers", "output_shape", "input_shape"})
_PLURAL = ("shape", "image_size", "img_size", "labels", "list", "dims")


def stand_in(name: str, code: ast.AST) -> str:
    """The expression of a value that code could take for a variable, or an attribute: ``self.size``."""
    for node in ast.walk(code):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.Name, ast.Attribute)) and ast.unparse(child) == name:
                kind = _kind(node, child)
                if kind is not None:
                    return kind
    if name.rpartition("_")[2] == "name":
        return "'name'"
    return _SEVERAL if _is_plural(name) else NUMBER


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


def _kind(node: ast.AST, used: ast.expr) -> str | None:
    """What one use of a variable shows of it."""
    if isinstance(node, ast.Call):
        if node.func is used:
            return _CALLABLE
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr.startswith("resize")
            and used in node.args[1:2]
        ):
            return _SIZE_OF_IMAGES
        if isinstance(node.func, ast.Call) and used in node.args:
            return _TENSOR
        taken = isinstance(node.func, ast.Name) and node.func.id in _TAKE_SEQUENCES
        return _SEVERAL if taken and used in node.args else None
    if isinstance(node, ast.keyword) and node.arg == "size":
        return _SIZE_OF_IMAGES
    if isinstance(node, ast.Attribute):
        return _owner(node.attr, _is_plural(ast.unparse(used)))
    if isinstance(node, ast.Subscript) and node.value is used:
        text = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        return _MAPPING if text else _SEVERAL
    if isinstance(node, (ast.For, ast.comprehension)) and node.iter is used:
        return _SEVERAL
    if isinstance(node, ast.Compare) and node.left is used and isinstance(node.comparators[0], ast.Constant):
        value = node.comparators[0].value
        return repr(value) if isinstance(value, str) else None
    return None


def _owner(attribute: str, several: bool) -> str | None:
    """What has an attribute: an array, a tensor of Keras or a model."""
    if attribute in _OF_ARRAYS or (several and attribute == "shape"):
        return _ARRAY
    if attribute in _OF_TENSORS:
        return _TENSOR
    return _MODEL if attribute in _OF_MODELS else None
