"""The queue's indexes with the time of receipt behind the next action, which settles ties.

The new ones stand before the old ones go: the release before this one reads by either.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("referrals", "0015_name_key_of_the_kept")]

    operations = [
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                fields=["handler", "next_at", "received_at", "id"],
                condition=models.Q(("next_at__isnull", False)),
                name="referral_queue_by_received",
            ),
        ),
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                fields=["handler", "caseworker", "next_at", "received_at", "id"],
                condition=models.Q(("next_at__isnull", False)),
                name="referral_mine_by_received",
            ),
        ),
        RemoveIndexConcurrently(model_name="referral", name="referral_queue"),
        RemoveIndexConcurrently(model_name="referral", name="referral_mine_queue"),
    ]
