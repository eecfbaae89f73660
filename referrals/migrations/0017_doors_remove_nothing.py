"""What receives adds and corrects, and removes nothing; nor does a sender what was sent."""

from django.db import migrations

TABLES = (
    "citizen",
    "civilnumber",
    "phone",
    "residence",
    "consent",
    "referral",
    "contactattempt",
    "incomingmessage",
    "receipt",
    "handover",
    "interview",
    "merge",
    "sentreferral",
)
KEEPS = """
create policy referrals_{table}_doors on referrals_{table} as restrictive for delete to public
  using (app_role() not in ('intake', 'sender'));
"""
GONE = "drop policy referrals_{table}_doors on referrals_{table};"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0016_queue_by_received")]

    operations = [
        migrations.RunSQL(KEEPS.format(table=table), GONE.format(table=table)) for table in TABLES
    ]
