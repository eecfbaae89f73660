"""What the agreements say about courses: pure, and each with its sentence."""
