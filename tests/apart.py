"""Each worker of a run on several cores has servers of its own.

A plug-in and no conftest: the settings read DATABASE_URL before the first conftest is looked for.
One server for all would not do: what is older than every open transaction, which the log's sealer
asks for, is a question about the whole server.
"""

import os

_NAMES = ("DATABASE_URL", "REDIS_URL")

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    for _name in _NAMES:
        os.environ[_name] = os.environ[f"{_name}_{worker.removeprefix('gw')}"]
