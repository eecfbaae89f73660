"""`make bench`: what the hottest work costs, each beside what it would cost written the usual way.

Never a timed test: it prints a table, and docs/benchmarks.md keeps one with its date. The ratios
are the result; the milliseconds belong to the machine.
"""
