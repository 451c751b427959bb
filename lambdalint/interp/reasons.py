"""Why a value is unknown: fixed phrases, so that they can be counted."""

from __future__ import annotations

NOT_CALLABLE = "the called value is not a function"
UNKNOWN_CALL = "the called function is not known"
BAD_ARGUMENTS = "the arguments do not fit the function"
IMPOSSIBLE = "the operation cannot run on these shapes"
TOO_DEEP = "the calls are too deep"
GENERATOR = "generators are not followed"
BUDGET = "the code takes too long to be followed"
TOO_LARGE = "a container is too large to be followed"
TOO_LARGE_NUMBER = "a number is too large to be followed"
UNBOUND = "the name is not bound on every way"
UNDEFINED = "the name is not defined in view"
PARAMETER = "a parameter that no call in view passes"
EXTERNAL = "the module is not part of the project"
OPAQUE = "the function is not in view"
ATTRIBUTE = "the attribute is not known"
SYNTAX = "the expression is not modelled"
LOOP = "a value of a loop that is not unrolled"
ENTRY = "an element of a container that is not known"
STRING = "a string that is not known"
EXCEPTION = "the code raises"
INTERNAL = "an internal error"
NOT_APPLIED = "no use of the layer is in view"
INPUT = "the layer's input is not known"
NO_SAMPLES = "the input carries no samples"
BATCH_OF_ONE = "a batch of one is fixed"
MIXED_BEFORE = "an earlier layer mixes samples"
MOVED_BEFORE = "an earlier layer moves the samples"

PART_OF_BATCH = "a part of the batch that is computed when the layer runs"

LOSES_ONE = "a batch of one loses its axis"

LONGEST = "the longest of the batch decides the size"

TRUE_ENTRIES = "the positions of true entries in the batch"

COUNTED = "how many entries of the batch are picked"

FACTS = frozenset(
    {NO_SAMPLES, BATCH_OF_ONE, MIXED_BEFORE, PART_OF_BATCH, LOSES_ONE, LONGEST, TRUE_ENTRIES, COUNTED}
)
"""Why a tensor has no samples to be followed: there are none, or one, or they are lost; all else is known.

A part of a batch, such as a device gets of it, is meant; so are room for the longest of a batch, positions
in it and their number; and batches of one are another case than others.
"""
