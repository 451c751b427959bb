"""The experiments, one module per contract: each turns a request into an answer."""
