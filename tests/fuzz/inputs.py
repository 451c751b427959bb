"""From a seed and a number to one input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.fuzz.mutate import mutated_bytes, mutated_notebook, mutated_tokens, mutated_tree
from tests.fuzz.oracle import Input
from tests.fuzz.programs import Program


def _program(random: Random) -> Input:
    return Input("program.py", Program(random).text().encode("utf-8", "surrogatepass"))


WITH_HYPOTHESMITH = "grammar"
"""A further kind, which needs hypothesmith (the extra `fuzz`)."""

KINDS: dict[str, Callable[[Random], Input]] = {
    "programs": _program,
    "trees": mutated_tree,
    "tokens": mutated_tokens,
    "bytes": mutated_bytes,
    "notebooks": mutated_notebook,
}


def make(seed: int, number: int, kinds: Sequence[str] = tuple(KINDS)) -> Input:
    """Input ``number`` of a seed: the kinds take turns."""
    kind, random = kinds[number % len(kinds)], Random(f"{seed}:{number}")
    if kind == WITH_HYPOTHESMITH:
        from tests.fuzz.grammar import grammatical, pool_of

        return grammatical(random, pool_of(seed, number))
    return KINDS[kind](random)
