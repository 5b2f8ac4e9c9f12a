"""Many annotators at once: the page under load, see `tests.load.__main__`."""
