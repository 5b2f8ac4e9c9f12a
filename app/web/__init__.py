"""What stands in front of the page: sign-in, the gate, and the headers of every answer."""
