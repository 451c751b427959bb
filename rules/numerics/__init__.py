"""The rules of contract 6, numerics: no division by zero, no infinite gradient, no silent overflow."""
