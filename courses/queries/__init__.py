"""Every answer about courses; the first argument is the viewer."""
