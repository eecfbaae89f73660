"""Every change of who takes part in what is logged with the columns and the values.

The tables that share the organisation's key (municipality and so on) have no column `id`, which the
triggers go by: their columns are named in the log by the commands and the admin that change them.
"""

from django.db import migrations

from roegfri.audit.track import track

TRACKED = (
    "organisation",
    "region",
    "cluster",
    "clustermembership",
    "closingday",
    "membership",
    "pharmacyagreement",
    "term",
    "rate",
)


class Migration(migrations.Migration):
    dependencies = [("organisations", "0002_append_only"), ("audit", "0001_initial")]
    operations = [track(f"organisations_{name}", "null") for name in TRACKED]
