"""Approved languages."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisations', '0005_all_municipalities'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('language', models.CharField(max_length=5, verbose_name='sprog')),
                ('digest', models.BinaryField()),
                ('approved_at', models.DateTimeField(verbose_name='godkendt')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='trukket tilbage')),
                ('approved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.municipality')),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'godkendelse af sprog',
                'verbose_name_plural': 'godkendelser af sprog',
                'ordering': ('language',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('municipality', 'language'), name='approval_once'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='approval_withdrawn_by_someone')],
            },
        ),
    ]
