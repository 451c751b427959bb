"""Why something of the user's program cannot be taken into a slice."""

from __future__ import annotations


class Unsliceable(Exception):
    """What the layer needs cannot be taken out of its program; the message says what, for the user."""
