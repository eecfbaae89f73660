"""The joint work around the cases: what the municipalities of an agreement share."""
