"""The worker process: retraining workflows and bulk pre-annotation; and who starts it beside the
page."""
