"""What Keras 3 cannot trace: functions that refuse float32 tensors, or compute with a mask of `None`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lambdalint.interp.facts import Application, LayerFacts, tensors_of
from lambdalint.interp.values import Function, Step, Tensor
from lambdalint.syntax.walk import children

# What refuses a float there, by canonical name: the position and the keyword of the operand.
_REFUSES: dict[str, tuple[int, str]] = {
    "tensorflow.one_hot": (0, "indices"),
    "tensorflow.gather": (1, "indices"),
    "tensorflow.gather_nd": (1, "indices"),
    "tensorflow.nn.embedding_lookup": (1, "ids"),
    "tensorflow.where": (0, "condition"),
    "tensorflow.logical_not": (0, "x"),
    "tensorflow.logical_and": (0, "x"),
    "tensorflow.logical_or": (0, "x"),
    "tensorflow.math.logical_not": (0, "x"),
    "tensorflow.math.logical_and": (0, "x"),
    "tensorflow.math.logical_or": (0, "x"),
    "keras.backend.one_hot": (0, "indices"),
    "keras.backend.gather": (1, "indices"),
    "keras.ops.take": (1, "indices"),
}
_REFUSING_MODULES = ("tensorflow.bitwise.", "tensorflow.strings.", "tensorflow.lookup.")
_NOT_FLOAT = ("int", "uint", "string", "bool")
_KEEPING = frozenset(
    {"reshape", "expand_dims", "squeeze", "transpose", "identity", "permute_dimensions", "slice"}
)


def reason_tracing_fails(layer: LayerFacts, application: Application) -> str:
    """Why tracing this use fails, in a few words, or ``""`` where it does not surely fail."""
    for step in application.trace.steps:
        if isinstance(step.at.node, ast.Call):
            operand = _refused(step, step.at.node)
            if operand is not None and id(operand) in _as_given(application):
                return f"{step.text} refuses floats"
    return _mask_reason(layer)


def _refused(step: Step, node: ast.Call) -> Tensor | None:
    """The operand of a call that must not be float, where it is not."""
    place = _REFUSES.get(step.op, (0, "input") if step.op.startswith(_REFUSING_MODULES) else None)
    if place is None:
        return None
    index, keyword = place
    for offset, word in enumerate(node.keywords):
        if word.arg == keyword:
            index = len(node.args) + offset
    operand = step.operands[index] if index < len(step.operands) else None
    if isinstance(operand, Tensor) and (operand.dtype or "").startswith(_NOT_FLOAT):
        return operand
    return None


def _as_given(application: Application) -> set[int]:
    """Ids of the tensors that have the type of the layer's input because nothing has cast them."""
    known = {id(tensor) for value in application.trace.arguments for tensor in tensors_of(value)}
    for step in application.trace.steps:
        keeps = isinstance(step.at.node, ast.Subscript) or step.text.rpartition(".")[2] in _KEEPING
        if keeps and any(id(operand) in known for operand in step.operands):
            known.add(id(step.result))
    return known


def _mask_reason(layer: LayerFacts) -> str:
    function = layer.written
    if function is None or not any(each.arg == "mask" for each in _parameters(function)[1:]):
        return ""
    body = function.node.body if isinstance(function.node.body, list) else [function.node.body]
    used = False
    for statement in body:
        for node, inside in _with_parents(statement):
            if isinstance(node, ast.Name) and node.id == "mask":
                if not isinstance(node.ctx, ast.Load) or _may_be_a_test(inside):
                    return ""
                used |= isinstance(inside[-1], (ast.BinOp, ast.Subscript, ast.Attribute)) if inside else False
                used |= _is_cast(layer, inside)
    return "the function computes with mask, which is None" if used else ""


def _parameters(function: Function) -> list[ast.arg]:
    spec = function.node.args
    return [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]


def _with_parents(root: ast.AST) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    todo: list[tuple[ast.AST, list[ast.AST]]] = [(root, [])]
    while todo:
        node, parents = todo.pop()
        yield node, parents
        todo.extend((child, [*parents, node]) for child in children(node))


def _may_be_a_test(parents: list[ast.AST]) -> bool:
    """Whether the mask is compared, or its use may depend on a test."""
    tests = (
        ast.Compare,
        ast.BoolOp,
        ast.If,
        ast.IfExp,
        ast.While,
        ast.UnaryOp,
        ast.Try,
        ast.Lambda,
        ast.FunctionDef,
    )
    return any(isinstance(parent, tests) for parent in parents)


def _is_cast(layer: LayerFacts, parents: list[ast.AST]) -> bool:
    call = parents[-1] if parents else None
    if not isinstance(call, ast.Call):
        return False
    name = layer.names.canonical(call.func) or ""
    return name.startswith(("tensorflow.", "keras.")) and name.rpartition(".")[2] in ("cast", "expand_dims")
