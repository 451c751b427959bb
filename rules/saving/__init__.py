"""The rules of contract 3: what was built can be loaded in a fresh process."""
