"""Numbers in a body: known ones, and captured ones that the code shows to be numbers."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from lambdalint.interp.facts import LayerFacts
from lambdalint.interp.values import Step, Unknown
from lambdalint.syntax.enclosing import covers, enclosing
from lambdalint.syntax.text import written
from lambdalint.syntax.walk import walk

_NUMERIC = {"float", "int", "float | int", "int | float", "Union[int, float]", "Union[float, int]"}
_Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number: its value where it is known, else how the code computes it."""

    value: float | None
    text: str = ""

    def __str__(self) -> str:
        return self.text if self.value is None else show(self.value)

    def plus(self, other: Scalar) -> Scalar:
        """The sum."""
        if self.value is not None and other.value is not None:
            return Scalar(self.value + other.value)
        if self.value == 0 or other.value == 0:
            return other if self.value == 0 else self
        return Scalar(None, f"{self} + {other._factor()}")

    def times(self, other: Scalar) -> Scalar:
        """The product."""
        if self.value is not None and other.value is not None:
            return Scalar(self.value * other.value)
        if 0 in (self.value, other.value):
            return ZERO
        if self.value == 1 or other.value == 1:
            return other if self.value == 1 else self
        return Scalar(None, f"{self._factor()} * {other._factor()}")

    def over(self, other: Scalar) -> Scalar | None:
        """The quotient, ``None`` for a division by 0."""
        if other.value is not None:
            if other.value == 0:
                return None
            if self.value is not None:
                return Scalar(self.value / other.value)
            return self if other.value == 1 else Scalar(None, f"{self._factor()} / {other}")
        return ZERO if self.value == 0 else Scalar(None, f"{self._factor()} / {other._factor()}")

    def _factor(self) -> str:
        text = str(self)
        return text if re.fullmatch(r"[\w.]+", text) else f"({text})"


ZERO, ONE, MINUS_ONE = Scalar(0.0), Scalar(1.0), Scalar(-1.0)


def show(value: float) -> str:
    """A number as one would write it: ``2``, ``0.5``, ``1 / 255``; no more digits than a float32 has."""
    short = f"{value:.6g}"
    if float(short) == value:
        return short
    inverse = f"{1 / value:.6g}" if value else ""
    if inverse and abs(float(inverse) * value - 1) < 1e-14:
        return f"1 / {inverse}" if value > 0 else f"-1 / {inverse[1:]}"
    return f"{value:.9g}"


def captured(layer: LayerFacts, step: Step, side: str) -> Scalar | None:
    """An operand (``x``: left, ``y``: right) as a captured parameter that is said to be a number.

    Its default, its annotation, or the docstring of the function around the layer says so.
    """
    value, node = step.arguments.get(side), step.at.node
    if not isinstance(value, Unknown) or value.tensor or value.inputs or not isinstance(node, ast.BinOp):
        return None
    name = node.left if side == "x" else node.right
    if not isinstance(name, ast.Name) or step.at.unit is not layer.unit:
        return None
    outer = _owner(layer, node, name.id)
    return Scalar(None, name.id) if outer is not None and _says_number(outer, name.id) else None


def _owner(layer: LayerFacts, node: ast.expr, name: str) -> _Definition | None:
    """The function around both the operation and the layer that has a parameter of this name."""
    for function in reversed(enclosing(layer.file.tree, node)):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if all(parameter.arg != name for parameter in _parameters(function.args)):
            continue
        if isinstance(function, ast.Lambda) or not covers(function, layer.node) or _rebound(function, name):
            return None
        return function
    return None


def _parameters(spec: ast.arguments) -> list[ast.arg]:
    return [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]


def _rebound(function: _Definition, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for node in walk(function)
    )


def _says_number(function: _Definition, name: str) -> bool:
    spec = function.args
    for parameter in _parameters(spec):
        if parameter.arg == name and parameter.annotation is not None:
            return written(parameter.annotation) in _NUMERIC
    positional = [*spec.posonlyargs, *spec.args]
    defaults = dict(zip([p.arg for p in positional[len(positional) - len(spec.defaults) :]], spec.defaults))
    defaults.update({p.arg: d for p, d in zip(spec.kwonlyargs, spec.kw_defaults) if d is not None})
    default = defaults.get(name)
    if isinstance(default, ast.Constant) and isinstance(default.value, (int, float)):
        return not isinstance(default.value, bool)
    text = ast.get_docstring(function) or ""
    return (
        re.search(rf"\b{name}`*\s*[:(]\s*(a |an )?(float|int(eger)?|number|scalar)\b", text, re.I) is not None
    )
