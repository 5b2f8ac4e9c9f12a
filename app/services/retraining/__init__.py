"""From corrections to a better model: jobs, workers, bulk pre-annotation."""
