"""A syntax node in one source: where a fact was seen and where a report points."""

from __future__ import annotations

import ast

from lambdalint.sources.unit import SourceUnit
from lambdalint.syntax.frozen import record


@record(frozen=True, slots=True)
class Anchor:
    """A syntax node and the source it was parsed from."""

    unit: SourceUnit
    node: ast.AST

    @property
    def row(self) -> int:
        """The node's first row in the unit's text; 1 for a node without position."""
        return getattr(self.node, "lineno", 1)
