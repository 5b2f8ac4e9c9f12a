"""What the pages are put together from. Streamlit is known here, SQL and torch are not."""
