"""Python's ``random``: drawn once, when the function is traced."""

from __future__ import annotations

from lambdalint.interp.values import Value

ATTRIBUTES: dict[str, Value] = {}

TABLE = """
random()                                            : python_random
uniform, randint, triangular(a, b)                  : python_random
gauss, normalvariate, lognormvariate, betavariate, gammavariate, vonmisesvariate(mu=0.0, sigma=1.0) : \
    python_random
expovariate(lambd=1.0)                              : python_random
randrange(start, stop=None, step=1)                 : python_random
getrandbits(k)                                      : python_random
choice(seq)                                         : python_random
choices(population, weights=None, cum_weights=None, k=1) : python_random
sample(population, k)                               : python_random
shuffle(x)                                          : python_random
seed(a=None, version=2)                             : none
"""
