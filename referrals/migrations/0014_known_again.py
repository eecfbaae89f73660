"""By what messages and the cases they belong to are known again."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("referrals", "0013_intake_in_sets")]

    operations = [
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                fields=["sender_ean", "episode"],
                condition=~Q(episode=""),
                name="referral_by_episode",
            ),
        ),
        AddIndexConcurrently(
            model_name="handover",
            index=models.Index(
                fields=["giver", "sender_ean", "episode"],
                condition=~Q(episode=""),
                name="hand_over_by_episode",
            ),
        ),
        AddIndexConcurrently(
            model_name="incomingmessage",
            index=models.Index(fields=["organisation", "sha256"], name="message_by_bytes"),
        ),
    ]
