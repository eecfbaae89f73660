"""A year of made-up courses in both agreements, with everything that can be seen of one."""
