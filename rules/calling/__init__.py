"""The rules of contract 4: a tensor goes in, a tensor comes out."""
