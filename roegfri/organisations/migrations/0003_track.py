"""Every change of who takes part in what is logged with the columns and the values."""

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
