"""The diffusion of the paper (4.1, 4.3): the codec, the noise schedule, the expansion, the
sampler."""
