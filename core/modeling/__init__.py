"""The network f_θ(x_t, S, t) (4.2): encoder, denoiser, type classifier, and the model folder."""
