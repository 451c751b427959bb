"""Which versions of Keras have a layer."""

from __future__ import annotations

from lambdalint.interp.facts import LayerFacts
from lambdalint.layers import catalogue

from .body import Found

_TENSORFLOW = frozenset({"tf.keras", "tf_keras", "tensorflow.python.keras"})
_ORDER = ("keras1", "keras2", *(f"2.{minor}" for minor in range(20)), "keras3")


def availability(layer: LayerFacts, found: Found) -> str | None:
    """``""`` where the file's Keras has the layer, else what to say of it; ``None`` where it has not."""
    facts = catalogue.facts(found.layer)
    if facts is None:
        return None
    since = max(facts.since, found.since or "keras1", key=_ORDER.index)
    dialect, family = layer.dialect, layer.site.family
    if since == "keras1" or dialect == "keras3":
        return ""
    if dialect == "keras1":
        return None
    if since == "keras2":
        return "" if dialect == "keras2" or family in _TENSORFLOW else "Keras 2 and later have it."
    if since == "keras3":
        return "Keras 3 has it." if dialect == "unknown" else None
    if family == "tf_keras":
        return ""
    if dialect == "keras2":
        return f"TensorFlow {since} and later have it." if family in _TENSORFLOW else None
    return f"TensorFlow {since} and Keras 3 have it."
