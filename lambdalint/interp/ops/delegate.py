"""Running one operation's transfer function with the arguments that another spelling of it takes."""

from __future__ import annotations

from lambdalint.interp.call import Op, OpCall, Parameter
from lambdalint.interp.values import Value


def delegate(call: OpCall, family: str, arguments: dict[str, Value], **options: str) -> Value:
    """Run ``family`` on these arguments, in this order, at the place of ``call``."""
    from lambdalint.interp.ops.library import families

    parameters = tuple(Parameter(name) for name in arguments)
    op = Op(call.op.name, parameters, {}, families()[family], options)
    given = frozenset(name for name in arguments if name in call.given) | {next(iter(arguments), "")}
    return op.run(OpCall(call.machine, op, call.at, call.text, dict(arguments), given, call.followed))
