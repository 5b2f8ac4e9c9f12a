"""What the model versions find in a pasted text."""
