"""What a Lambda's function computes, recognised as a layer that Keras has: one module for each family."""
