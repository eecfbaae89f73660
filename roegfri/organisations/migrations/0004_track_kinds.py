"""The columns that only one kind of organisation has are logged with their values too."""

from django.db import migrations

from roegfri.audit.track import track

KINDS = ("municipality", "hospital", "hospitaldepartment", "practice", "pharmacy", "agreement")


class Migration(migrations.Migration):
    dependencies = [("organisations", "0003_track")]
    operations = [
        track(f"organisations_{name}", "null", key="organisation_ptr_id") for name in KINDS
    ]
