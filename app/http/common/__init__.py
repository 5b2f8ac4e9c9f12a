"""Who asks, how much, and how errors and files look: shared by all interfaces."""
