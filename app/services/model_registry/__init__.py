"""Model versions: files, promotions, comparison."""
