"""Who else signs in to the database makes no partitions: the worker alone asks for next year's."""

from django.db import migrations

SHUT = """
revoke execute on function audit_make_year(integer) from public;
do $$ begin
  execute format('grant execute on function audit_make_year(integer) to %I',
    app_role_named('app'));
end $$;
"""
OPEN = "grant execute on function audit_make_year(integer) to public;"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(SHUT, OPEN)]
