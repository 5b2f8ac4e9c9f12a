"""Our own questions, one module for each group of names that `core experiment` takes."""
