"""The rules of contract 2, output shape: declared truthfully, or inferable."""
