"""The submitted documents as a file."""
