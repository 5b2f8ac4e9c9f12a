"""Evaluation: metrics, threshold tuning, calibration, speed, model card."""
