"""The check of 0004, held against the rows that were there before; reads only."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("courses", "0004_endings"), ("referrals", "0020_consent_kinds_checked")]

    operations = [ValidateConstraint(model_name="task", name="task_kind")]
