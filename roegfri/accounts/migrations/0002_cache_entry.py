"""The table behind settings.CACHES, as `createcachetable` would make it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            create table cache_entry (
              cache_key varchar(255) primary key,
              value text not null,
              expires timestamptz not null
            );
            create index cache_entry_expires on cache_entry (expires);
            """,
            "drop table cache_entry",
        ),
    ]
