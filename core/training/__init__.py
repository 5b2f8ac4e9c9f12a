"""Training (Algorithm 1): objective, trainer, checkpoints, fine-tuning, distributed training."""
