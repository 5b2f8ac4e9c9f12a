"""The verbs of `python -m core`, one module each: `configure(parser)` and `run(options)`."""
