"""The model in the loop: suggestions, second looks, the queue, label errors."""
