"""Training (Algorithm 1): the objective, the trainer, checkpoints, fine-tuning, several
processes."""
