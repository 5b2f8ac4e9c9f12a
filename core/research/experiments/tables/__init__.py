"""From results to tables: seeds averaged, then CSV, Markdown and a chart."""
