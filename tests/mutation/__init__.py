"""Seeded defects: correct Lambda layers are broken in every way of the catalogue, and each must be found."""
