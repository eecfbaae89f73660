"""The checks of 0019, held against the rows that were there before; reads only."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("referrals", "0019_consents_of_a_host")]

    operations = [
        ValidateConstraint(model_name="consent", name="consent_kind_known"),
        ValidateConstraint(model_name="arrival", name="arrival_result_known"),
    ]
