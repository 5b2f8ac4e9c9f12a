"""The verbs of `python -m app`: each reads its options and makes one service call."""
