"""The transfer functions shared by all libraries, by the name that table rows use."""

from __future__ import annotations

from lambdalint.interp.ops import (
    contract,
    create,
    elementwise,
    images,
    joining,
    move,
    parts,
    picking,
    reduce,
    reshape,
    scatter,
    sizes,
)
from lambdalint.interp.ops.table import Family

FAMILIES: dict[str, Family] = {
    **elementwise.FAMILIES,
    **reduce.FAMILIES,
    **move.FAMILIES,
    **reshape.FAMILIES,
    **sizes.FAMILIES,
    **picking.FAMILIES,
    **scatter.FAMILIES,
    **parts.FAMILIES,
    **images.FAMILIES,
    **contract.FAMILIES,
    **joining.FAMILIES,
    **create.FAMILIES,
}
