"""The signed-in person's account."""
