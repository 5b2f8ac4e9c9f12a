"""What there is, what is done, and where more comes in."""
