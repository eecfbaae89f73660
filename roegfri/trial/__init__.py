"""The trial: one command that sets everything up and runs it, with the standard library alone.

    python3 -m roegfri.trial demo     what `make demo` does
    python3 -m roegfri.trial test     what `make test` does; pytest's own options after --
    python3 -m roegfri.trial check    what `make check` does
    python3 -m roegfri.trial bench    what `make bench` does
    python3 -m roegfri.trial run CMD  runs a command against a throw-away database

Nothing in this package may import Django or anything else that has to be installed: it is what
installs them. steps.py prepares the machine and the project, servers.py starts PostgreSQL and
Valkey, children.py sees to it that nothing outlives the trial.
"""
