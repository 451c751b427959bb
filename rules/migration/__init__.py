"""The rules of contract 7: migration and simplicity."""
