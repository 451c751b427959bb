"""The abstract interpreter: runs model code and Lambda bodies on abstract tensors."""
