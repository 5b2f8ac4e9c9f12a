"""Documents in and out: import, export, and what other tools decide."""
