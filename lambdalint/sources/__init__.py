"""From paths to text: which files to read, how they are decoded, notebooks and Python 2."""
