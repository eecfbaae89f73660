"""A citizen's file: what its page shows, is corrected by, and is printed from."""
