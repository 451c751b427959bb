"""What the text says of a layer: the calls found, their dialect, and the shapes of Keras layers."""
