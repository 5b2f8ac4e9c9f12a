"""Our own interface: projects, documents, suggestions, jobs, models, people."""
