"""Transfer functions: one module per library, on top of families shared by all of them."""
