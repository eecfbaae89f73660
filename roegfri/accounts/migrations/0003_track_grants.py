"""Who may do what is changed under the eyes of the log, whoever changes it and by whatever road."""

from django.db import migrations

from roegfri.audit.track import track


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_cache_entry"), ("audit", "0001_initial")]

    operations = [track("accounts_grant", "null")]
