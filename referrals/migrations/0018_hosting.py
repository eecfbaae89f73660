"""The book-keeping of a municipality's courses reads its participants, and removes nothing."""

from django.db import migrations

OWN = "organisation_id = (select app_organisation())"
CALLS = "((select app_role()) = 'caller' and ground = 'quitline')"
READS = """
alter policy referrals_citizenaccess_scope on referrals_citizenaccess
  using ((select app_system()) or ({own} and ((select app_role()) in ({who}) or {calls})));
"""
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
alter policy referrals_{table}_doors on referrals_{table} using (app_role() not in ({who}));
"""
CASEWORK = "'counsellor', 'coordinator', 'intake'"
DOORS = "'intake', 'sender'"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0017_doors_remove_nothing")]

    operations = [
        migrations.RunSQL(
            READS.format(own=OWN, calls=CALLS, who=f"{CASEWORK}, 'hosting'"),
            READS.format(own=OWN, calls=CALLS, who=CASEWORK),
        ),
        *[
            migrations.RunSQL(
                KEEPS.format(table=table, who=f"{DOORS}, 'hosting'"),
                KEEPS.format(table=table, who=DOORS),
            )
            for table in TABLES
        ],
    ]
