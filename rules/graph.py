"""What follows, of the calls in a model's graph, from the calls in front of them: each is looked at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from lambdalint.interp.values import GraphNode

_Fact = TypeVar("_Fact")


def worked_out(
    known: dict[int, _Fact],
    node: GraphNode,
    ahead: Callable[[GraphNode], Iterable[GraphNode]],
    decide: Callable[[GraphNode], _Fact],
) -> _Fact:
    """The fact of a call, after those of all calls that it hangs on have been put into ``known``, by id.

    Args:
        known: what is known; it grows.
        node: the call.
        ahead: the calls that a call's fact hangs on.
        decide: the fact of a call where those of the calls ahead are known.
    """
    todo, opened = [node], set[int]()
    while todo:
        current = todo[-1]
        if id(current) in known:
            todo.pop()
            continue
        # A model may hold itself: a call that is waited for does not wait for itself.
        waiting = [each for each in ahead(current) if id(each) not in known and id(each) not in opened]
        opened.add(id(current))
        if waiting:
            todo += waiting
        else:
            known[id(todo.pop())] = decide(current)
    return known[id(node)]


def parents_of(node: GraphNode) -> list[GraphNode]:
    """The calls whose results flow into a call."""
    return [parent.node for parent in node.parents if parent.node is not None]
