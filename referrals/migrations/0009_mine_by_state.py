"""How many cases are mine: read from an index alone, however many the municipality has."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("referrals", "0008_name_key_filled")]

    operations = [
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                fields=["handler", "caseworker", "state", "id"],
                condition=models.Q(("caseworker__isnull", False)),
                name="referral_mine_by_state",
            ),
        ),
    ]
