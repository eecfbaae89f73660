"""Every change of a message is logged with its values; whose it is, its key says, not a column."""

from django.db import migrations

from roegfri.audit.track import track


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial"), ("audit", "0001_initial")]
    operations = [track("outbox_message", "null")]
