"""What several people made of the same documents."""
