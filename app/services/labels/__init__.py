"""Labels that are renamed, merged or split."""
