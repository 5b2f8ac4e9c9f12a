"""DiffusionNER to the letter: the network of section 4.2, each part with its equation."""
