"""Labels: list, add, rename, merge and split them."""
