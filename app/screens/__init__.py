"""The pages, one folder each: `page.py` and its parts. Streamlit is known here, SQL and torch are
not."""
