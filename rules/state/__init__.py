"""The rules of contract 5: no weights hide inside, nothing runs eagerly."""
