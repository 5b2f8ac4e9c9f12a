"""The installation: startup, projects, trash, backup and restore, figures."""
