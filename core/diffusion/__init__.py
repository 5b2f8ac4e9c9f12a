"""The diffusion process of the paper (4.1, 4.3): boundary codec, noise schedule, expansion and
sampler."""
