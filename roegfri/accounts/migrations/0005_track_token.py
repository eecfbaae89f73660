"""Another system's key is made and removed under the eyes of the log; the secret shows as stars.

Not changed: each key in use notes when, and closing one is a line of its command.
"""

from django.db import migrations

from roegfri.audit.track import track


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_token"), ("audit", "0001_initial")]

    operations = [track("accounts_token", "null", kinds=("insert", "delete"))]
