"""What the page and the command line ask for. No Streamlit here."""
