"""The kinds of events that transfer functions and the machine record, one word each.

The first group breaks the per-sample contract: such an event becomes a cause in
:class:`~lambdalint.interp.values.Broken`, or is kept in ``Along.moved`` / ``Along.folded``.
"""

from __future__ import annotations

# Per-sample: what became of the batch axis.
REDUCED = "reduced"  # reduction, scan or normalisation over a named batch axis
REDUCED_ALL = "reduced-all"  # reduction over every axis
MOVED = "moved"  # the batch axis changed places
INDEXED = "indexed"  # samples picked or dropped
MIXED = "mixed"  # samples re-ordered along the batch axis or multiplied into each other
BROADCAST = "broadcast"  # the batch axis lines up with a feature axis
FIXED = "fixed"  # a written batch size meets the dynamic batch
CHANGED = "changed"  # more or fewer rows out than in
SHARED_NOISE = "shared-noise"  # random numbers drawn once, broadcast over the batch

# The body cannot run.
IMPOSSIBLE = "impossible"  # shapes that do not fit; data["why"]
FAILS = "fails"  # a Python error; data["error"], data["why"]

# Calling and state.
NUMPY = "numpy-on-tensor"
BRANCH = "branch-on-tensor"
EAGER = "eager"
SIDE_EFFECT = "side-effect"
FROZEN_RANDOM = "frozen-random"
LAYER_MADE = "layer-made"  # a layer is constructed in the body; data["layer"]
LAYER_CALLED = "layer-called"  # a layer or model is called in the body; data["layer"]
VARIABLE_MADE = "variable-made"
VARIABLE_READ = "variable-read"
METHOD = "method"  # a method called on a tensor; data["method"], data["theano"]
MISSING = "missing"  # a library name that the dialect does not have
UNDEFINED = "undefined"  # a name that nothing defines
NO_SUCH_NAME = "no-such-name"  # a name that no version of the library has; data["name"]
RANDOM = "random"  # random numbers drawn; data["tensor"]
CUT = "cut"  # no gradient flows through it

# Numerics; data["operand"] is the tensor.
DIVISION = "division"
ROOT = "root"
LOG = "log"
L2_NORMALIZE = "l2-normalize"
INTEGER = "integer"

# Model-building code.
ADD_RESULT = "add-result"  # what model.add returned is called or wired on
LAYER_AS_TENSOR = "layer-as-tensor"  # a layer object stands where its output tensor is meant
DICT_INPUT = "dict-input"  # a layer with weights gets a dict for its tensor; data["given"]
GRAPH_OP = "graph-op"  # a tensor function applied to a symbolic tensor outside of any layer; data["operand"]
MIXED_KERAS = "mixed-keras"  # an object of one Keras gets one of another; data["family"], data["other"]
SAVED = "saved"  # a call saves a whole model, or makes a copy from its config; data["model"]

PER_SAMPLE = (REDUCED, REDUCED_ALL, MOVED, INDEXED, MIXED, BROADCAST, FIXED, CHANGED)
"""Kinds that break the per-sample contract when they reach a layer's result."""
