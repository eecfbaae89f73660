import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from roegfri.ui.danish import CREATE_SORT_KEY, DROP_SORT_KEY
from roegfri.walls import wall


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("audit", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(CREATE_SORT_KEY, DROP_SORT_KEY),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=200, verbose_name="skærm")),
                ("body", models.BinaryField(verbose_name="indhold")),
                ("saved_at", models.DateTimeField(verbose_name="gemt")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "kladde",
                "verbose_name_plural": "kladder",
                "indexes": [models.Index(fields=["saved_at"], name="draft_saved_at")],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "key"), name="draft_once")
                ],
            },
        ),
        wall("ui_draft", "'person:' || user_id = (select current_setting('app.actor', true))"),
    ]
