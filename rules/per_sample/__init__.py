"""The rules of contract 1, per-sample: ``output[i]`` depends on ``input[i]`` alone, on axis 0."""
