"""The list by name needs no join: a referral carries its citizen's sort key, kept by triggers.

The triggers come with the column, so that no row that is written from now on is without; 0008 fills
the older ones. A name that changes while a referral is being added waits for it (`for share`), or
the referral for the name: without that lock the copy would keep the old one.
"""

from django.db import migrations, models

KEPT = """
create function referral_named() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  new.name_key := coalesce(
    (select sort_key from referrals_citizen where id = new.citizen_id for share), '');
  return new;
end $$;
create trigger referral_named before insert or update of citizen_id, name_key
  on referrals_referral for each row execute function referral_named();

-- The referrals of all municipalities, whoever may see them: hence as the owner.
create function citizen_renamed() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  update referrals_referral set name_key = new.sort_key
  where citizen_id = new.id and name_key <> new.sort_key;
  return null;
end $$;
create trigger citizen_renamed after update on referrals_citizen
  for each row when (old.sort_key is distinct from new.sort_key)
  execute function citizen_renamed();
revoke execute on function referral_named() from public;
revoke execute on function citizen_renamed() from public;
"""
NOT_KEPT = """
drop trigger citizen_renamed on referrals_citizen;
drop trigger referral_named on referrals_referral;
drop function citizen_renamed();
drop function referral_named();
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0006_search")]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="name_key",
            field=models.TextField(
                db_collation="C", db_default=models.Value(""), editable=False
            ),
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
