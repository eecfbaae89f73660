"""What the ways in need: who sent it, by which door, what was answered, how the folder is.

Only added to: the servers of the release before go on while this runs. The new checks bind new rows
at once and are held against old ones in 0012, without a lock.
"""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_token'),
        ('organisations', '0005_all_municipalities'),
        ('referrals', '0009_mine_by_state'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Arrival',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('way', models.CharField(choices=[('upload', 'Indlæst fil'), ('folder', 'Overvåget mappe'), ('api', 'Andet it-system'), ('form', 'Henvisers formular'), ('public', 'Offentlig tilmelding'), ('typed', 'Skrevet ind'), ('forwarded', 'Givet videre')], max_length=10)),
                ('result', models.CharField(choices=[('created', 'Ny henvisning'), ('corrected', 'Rettelse'), ('duplicate', 'Kendt i forvejen'), ('refused', 'Ikke indlæst')], max_length=10)),
                ('sender_name', models.CharField(blank=True, max_length=160)),
                ('reason', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ('-at',),
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('positive', 'Positiv kvittering'), ('negative', 'Negativ kvittering')], max_length=10)),
                ('identifier', models.CharField(max_length=14)),
                ('filename', models.CharField(max_length=80)),
                ('xml', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('written_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ('made_at',),
            },
        ),
        migrations.CreateModel(
            name='SentReferral',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=160, verbose_name='borger')),
                ('reference', models.CharField(blank=True, max_length=40, verbose_name='jeres nummer')),
                ('said_sha256', models.BinaryField(null=True)),
                ('shared', models.BooleanField(default=False)),
                ('at', models.DateTimeField(verbose_name='sendt')),
                ('contact_by', models.DateField(verbose_name='frist')),
                ('state', models.CharField(choices=[('received', 'Modtaget'), ('contacted', 'Kontaktet'), ('closed', 'Afsluttet')], default='received', max_length=10, verbose_name='status')),
            ],
            options={
                'verbose_name': 'sendt henvisning',
                'verbose_name_plural': 'sendte henvisninger',
                'ordering': ('-at',),
            },
        ),
        migrations.CreateModel(
            name='Sweep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('folder', models.CharField(max_length=200, unique=True)),
                ('last_at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(null=True)),
                ('waiting', models.PositiveIntegerField(default=0)),
                ('trouble', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ('folder',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='referral',
            name='referral_channel_known',
        ),
        migrations.AddField(
            model_name='incomingmessage',
            name='forwarded_to',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='incomingmessage',
            name='received_at',
            field=models.DateTimeField(null=True, verbose_name='modtaget'),
        ),
        migrations.AddField(
            model_name='incomingmessage',
            name='sender_name',
            field=models.CharField(blank=True, db_default=models.Value(''), max_length=160, verbose_name='afsender'),
        ),
        migrations.AddField(
            model_name='incomingmessage',
            name='way',
            field=models.CharField(choices=[('upload', 'Indlæst fil'), ('folder', 'Overvåget mappe'), ('api', 'Andet it-system'), ('form', 'Henvisers formular'), ('public', 'Offentlig tilmelding'), ('typed', 'Skrevet ind'), ('forwarded', 'Givet videre')], db_default=models.Value('upload'), max_length=10, verbose_name='vej'),
        ),
        migrations.AddField(
            model_name='referral',
            name='why',
            field=models.TextField(blank=True, db_default=models.Value(''), verbose_name='hvad fik dig til at tilmelde dig'),
        ),
        migrations.AlterField(
            model_name='referral',
            name='channel',
            field=models.CharField(choices=[('medcom', 'MedCom-henvisning'), ('correspondence', 'Korrespondance'), ('email', 'E-mail'), ('phone', 'Telefon'), ('web', 'Webformular'), ('in_person', 'Personligt'), ('api', 'Andet it-system')], max_length=20, verbose_name='kanal'),
        ),
        AddConstraintNotValid(
            model_name='incomingmessage',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['upload', 'folder', 'api', 'form', 'public', 'typed', 'forwarded'])), name='message_way_known'),
        ),
        AddConstraintNotValid(
            model_name='incomingmessage',
            constraint=models.CheckConstraint(condition=models.Q(('forwarded_to', None), ('handled_at__isnull', False), _connector='OR'), name='message_forwarded_is_handled'),
        ),
        AddConstraintNotValid(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['medcom', 'correspondence', 'email', 'phone', 'web', 'in_person', 'api'])), name='referral_channel_known'),
        ),
        migrations.AddField(
            model_name='arrival',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='arrival',
            name='sender',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='referrals.incomingmessage'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='sentreferral',
            name='citizen',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='referrals.citizen'),
        ),
        migrations.AddField(
            model_name='sentreferral',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='sentreferral',
            name='receiver',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='sentreferral',
            name='referral',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sent', to='referrals.referral'),
        ),
        migrations.AddField(
            model_name='sentreferral',
            name='token',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.token'),
        ),
        migrations.AddField(
            model_name='sentreferral',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='arrival',
            index=models.Index(fields=['organisation', '-at'], name='arrival_by_time'),
        ),
        migrations.AddConstraint(
            model_name='arrival',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['upload', 'folder', 'api', 'form', 'public', 'typed', 'forwarded'])), name='arrival_way_known'),
        ),
        migrations.AddConstraint(
            model_name='arrival',
            constraint=models.CheckConstraint(condition=models.Q(('result__in', ['created', 'corrected', 'duplicate', 'refused'])), name='arrival_result_known'),
        ),
        migrations.AddIndex(
            model_name='receipt',
            index=models.Index(condition=models.Q(('written_at', None)), fields=['made_at'], name='receipt_waiting'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['positive', 'negative'])), name='receipt_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(fields=('identifier',), name='receipt_identifier_once'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(fields=('message', 'kind'), name='receipt_once'),
        ),
        migrations.AddIndex(
            model_name='sentreferral',
            index=models.Index(fields=['organisation', '-at', 'id'], name='sent_by_time'),
        ),
        migrations.AddConstraint(
            model_name='sentreferral',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['received', 'contacted', 'closed'])), name='sent_state_known'),
        ),
        migrations.AddConstraint(
            model_name='sentreferral',
            constraint=models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('organisation', 'receiver', 'reference'), name='sent_reference_once'),
        ),
    ]
