"""What stands before the page: who is let in, and the headers of every answer."""
