"""A statement that changes one row is logged at a third of the cost."""

from django.db import migrations

from roegfri.audit import one_row, schema

BEFORE = schema.TRACK[schema.TRACK.index("create function audit_track") :].replace(
    "create function", "create or replace function", 1
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_years_not_for_everybody")]

    operations = [migrations.RunSQL(one_row.TRACK_ONE, BEFORE)]
