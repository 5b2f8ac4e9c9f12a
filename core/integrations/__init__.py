"""The model as a component of other libraries."""
