"""A term or a rate that has once been said is never changed: not even by the owner of the table.

What was settled or reported under it must recompute to the same øre. TRUNCATE goes the same way.
"""

from django.db import migrations

FORBID = """
create function refuse_to_rewrite() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed or removed: add a new one from a date', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger term_append_only before update or delete or truncate on organisations_term
  for each statement execute function refuse_to_rewrite();
create trigger rate_append_only before update or delete or truncate on organisations_rate
  for each statement execute function refuse_to_rewrite();
"""
ALLOW = """
drop trigger rate_append_only on organisations_rate;
drop trigger term_append_only on organisations_term;
drop function refuse_to_rewrite();
"""


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
