"""Fills `name_key` of the referrals that were there before it, and builds the index of the order.

In batches, each a transaction of its own in which the change log is off: a copy of a name is no
change that anybody made. Writers wait for a batch, readers for nothing. Can be run again.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models, transaction

BATCH = 5_000
# The key of the last row of the batch; null when there is none left.
FILL = """
with batch as (
  select r.id, c.sort_key from referrals_referral r
  join referrals_citizen c on c.id = r.citizen_id
  where %s::uuid is null or r.id > %s::uuid order by r.id limit %s
),
filled as (
  update referrals_referral r set name_key = b.sort_key from batch b
  where r.id = b.id and r.name_key <> b.sort_key
)
select max(id::text)::uuid from batch
"""


def fill(apps, schema_editor):
    last = None
    while True:
        with transaction.atomic(using=schema_editor.connection.alias):
            with schema_editor.connection.cursor() as cursor:
                cursor.execute("alter table referrals_referral disable trigger track_update")
                cursor.execute(FILL, [last, last, BATCH])
                (last,) = cursor.fetchone()
                cursor.execute("alter table referrals_referral enable trigger track_update")
        if last is None:
            return


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("referrals", "0007_name_key")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(fields=["handler", "name_key", "id"], name="referral_by_name"),
        ),
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                fields=["handler", "state", "name_key", "id"], name="referral_state_by_name"
            ),
        ),
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                fields=["handler", "state", "received_at", "id"], name="referral_state_by_received"
            ),
        ),
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                fields=["handler", "caseworker", "contact_by", "id"],
                condition=models.Q(("caseworker__isnull", False)),
                name="referral_mine_by_due",
            ),
        ),
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                fields=["handler", "caseworker", "next_at", "id"],
                condition=models.Q(("next_at__isnull", False)),
                name="referral_mine_queue",
            ),
        ),
    ]
