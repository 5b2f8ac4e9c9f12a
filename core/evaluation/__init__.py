"""Evaluation: scores, φ, calibration, speed, the model card."""
