"""DiffusionNER (Shen et al., 2023): named entities denoised out of random spans."""
