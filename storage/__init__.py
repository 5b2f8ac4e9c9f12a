"""What Spanneal keeps: tables, queries, migrations and file formats. No torch, no page."""
