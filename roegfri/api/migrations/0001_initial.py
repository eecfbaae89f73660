"""Answers by Idempotency-Key."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0004_token'),
    ]

    operations = [
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint', models.CharField(max_length=60)),
                ('key', models.CharField(max_length=200)),
                ('request_sha256', models.BinaryField()),
                ('status', models.PositiveSmallIntegerField()),
                ('body', models.JSONField()),
                ('at', models.DateTimeField(db_index=True)),
                ('token', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.token')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('token', 'endpoint', 'key'), name='answer_once')],
            },
        ),
    ]
