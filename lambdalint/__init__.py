"""lambdalint: the analyzer for Keras ``Lambda`` layers and Keras-1 ``merge`` calls."""

__version__ = "0.1.0"
