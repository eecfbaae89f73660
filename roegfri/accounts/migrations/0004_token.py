"""Another system's key."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_track_grants'),
        ('organisations', '0005_all_municipalities'),
    ]

    operations = [
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('medcom', 'Aflevere MedCom-beskeder'), ('referrals', 'Henvise borgere')], max_length=20, verbose_name='formål')),
                ('name', models.CharField(max_length=80, verbose_name='navn')),
                ('prefix', models.CharField(max_length=12, verbose_name='begynder med')),
                ('sha256', models.BinaryField()),
                ('made_by', models.CharField(max_length=120, verbose_name='oprettet af')),
                ('made_at', models.DateTimeField(verbose_name='oprettet')),
                ('expires_at', models.DateTimeField(verbose_name='udløber')),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='lukket')),
                ('revoked_by', models.CharField(blank=True, max_length=120, verbose_name='lukket af')),
                ('last_used_at', models.DateTimeField(null=True, verbose_name='sidst brugt')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'verbose_name': 'adgangsnøgle',
                'verbose_name_plural': 'adgangsnøgler',
                'ordering': ('-made_at',),
                'constraints': [models.UniqueConstraint(fields=('sha256',), name='token_secret_once'), models.CheckConstraint(condition=models.Q(('purpose__in', ['medcom', 'referrals'])), name='token_purpose_known'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='token_expires_after_made'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', '')), models.Q(('revoked_at__isnull', False), models.Q(('revoked_by', ''), _negated=True)), _connector='OR'), name='token_revoked_by_someone')],
            },
        ),
    ]
