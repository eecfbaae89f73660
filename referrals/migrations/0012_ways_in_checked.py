"""The checks of 0010, held against the rows that were there before; reads only."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("referrals", "0011_ways_in_walls")]

    operations = [
        ValidateConstraint(model_name="incomingmessage", name="message_way_known"),
        ValidateConstraint(model_name="incomingmessage", name="message_forwarded_is_handled"),
        ValidateConstraint(model_name="referral", name="referral_channel_known"),
    ]
