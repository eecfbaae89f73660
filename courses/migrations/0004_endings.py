"""How a course ends: forms, outcomes, letters; and what somebody found before she signed up.

Only added to: the servers of the release before go on while this runs. The new check of the kinds of
tasks binds new rows at once and is held against old ones in 0005, without a lock.
"""

import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0003_kept_by_triggers'),
        ('organisations', '0006_practice_reached'),
        ('referrals', '0019_consents_of_a_host'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Baseline',
            fields=[
                ('enrolment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='baseline', serialize=False, to='courses.enrolment')),
                ('form', models.CharField(choices=[('basis', 'Basisskema'), ('youth', 'Skema for unge')], max_length=8, verbose_name='skema')),
                ('edition', models.DateField(verbose_name='udgave')),
                ('answers', models.JSONField(default=dict, verbose_name='svar')),
                ('replaced', models.JSONField(db_default={}, default=dict)),
                ('sealed_number', models.BinaryField(null=True)),
                ('at', models.DateTimeField()),
                ('version', models.PositiveIntegerField(db_default=1, default=1)),
            ],
            options={
                'verbose_name': 'STOPbasens skema',
            },
        ),
        migrations.CreateModel(
            name='DischargeLetter',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('receiver_name', models.CharField(max_length=160, verbose_name='læge')),
                ('receiver_ean', models.CharField(blank=True, max_length=13)),
                ('receiver_number', models.CharField(blank=True, max_length=6, verbose_name='ydernummer')),
                ('text', models.TextField(verbose_name='brevets tekst')),
                ('episode', models.CharField(max_length=14, validators=[django.core.validators.RegexValidator('^[0-9A-Z]{1,14}$')])),
                ('envelope', models.CharField(max_length=14, unique=True)),
                ('letter', models.CharField(max_length=14, unique=True)),
                ('body', models.BinaryField(null=True)),
                ('state', models.CharField(choices=[('waiting', 'Venter på at blive sendt'), ('written', 'Afsendt, kvittering mangler'), ('received', 'Modtaget af lægens system'), ('refused', 'Afvist af lægens system'), ('stopped', 'Stoppet, før det blev sendt'), ('on_paper', 'Sendt på papir')], max_length=10, verbose_name='status')),
                ('state_since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('written_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('trouble', models.CharField(blank=True, db_default=models.Value(''), max_length=400)),
                ('once', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('request_sha256', models.BinaryField(null=True)),
            ],
            options={
                'verbose_name': 'brev til egen læge',
                'verbose_name_plural': 'breve til egen læge',
                'ordering': ('made_at',),
            },
        ),
        migrations.CreateModel(
            name='Ending',
            fields=[
                ('enrolment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='ending', serialize=False, to='courses.enrolment')),
                ('smoke_free', models.CharField(blank=True, choices=[('yes', 'Ja'), ('no', 'Nej'), ('unknown', 'Ved ikke')], max_length=8, verbose_name='røgfri ved afslutningen')),
                ('co', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='kulilte (ppm)')),
                ('satisfaction', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='tilfredshed')),
                ('dropped_out', models.CharField(blank=True, choices=[('illness', 'Sygdom'), ('time', 'Tidspunktet passede ikke'), ('no_wish', 'Ønskede ikke at fortsætte'), ('not_reached', 'Blev væk, og er ikke truffet'), ('smoke_free', 'Er røgfri og havde ikke brug for mere'), ('moved_away', 'Flyttet fra området'), ('other_help', 'Får anden hjælp'), ('dead', 'Død'), ('other', 'Anden grund')], max_length=12, verbose_name='hvorfor stoppet før tid')),
                ('note', models.CharField(blank=True, db_default=models.Value(''), max_length=300, verbose_name='bemærkning')),
                ('at', models.DateTimeField()),
                ('version', models.PositiveIntegerField(db_default=1, default=1)),
            ],
            options={
                'verbose_name': 'resultat',
                'verbose_name_plural': 'resultater',
            },
        ),
        migrations.CreateModel(
            name='FormLink',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('digest', models.BinaryField(unique=True)),
                ('form', models.CharField(choices=[('basis', 'Basisskema'), ('youth', 'Skema for unge')], max_length=8)),
                ('edition', models.DateField()),
                ('asks_consent', models.BooleanField(default=False)),
                ('parts', models.JSONField(db_default={}, default=dict)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Transferred',
            fields=[
                ('enrolment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='transferred', serialize=False, to='courses.enrolment')),
                ('at', models.DateTimeField()),
                ('digest', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('referral', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='wished_course', serialize=False, to='referrals.referral')),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='task',
            name='task_kind',
        ),
        migrations.AddField(
            model_name='course',
            name='listed',
            field=models.BooleanField(db_default=True, default=True, verbose_name='vises på Find et hold'),
        ),
        migrations.AlterField(
            model_name='task',
            name='kind',
            field=models.CharField(choices=[('contact_first', 'Kontakt før første mødegang'), ('no_show', 'Ring efter udeblivelse'), ('missing', 'Oplysninger mangler'), ('counsellor', 'Der skal en rådgiver mere på'), ('place', 'Giv plads, eller find et andet forløb'), ('move', 'Forløbet er aflyst: ring, og aftal det videre'), ('tell_seat', 'Fortæl, at der er plads på forløbet'), ('finish', 'Skriv resultaterne, og afslut forløbet'), ('letter', 'Send brev til egen læge'), ('letter_failed', 'Brevet til egen læge er ikke nået frem')], max_length=16),
        ),
        AddConstraintNotValid(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['contact_first', 'no_show', 'missing', 'counsellor', 'place', 'move', 'tell_seat', 'finish', 'letter', 'letter_failed'])), name='task_kind'),
        ),
        migrations.AddField(
            model_name='baseline',
            name='filled_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='dischargeletter',
            name='consent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='referrals.consent'),
        ),
        migrations.AddField(
            model_name='dischargeletter',
            name='corrects',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='courses.dischargeletter'),
        ),
        migrations.AddField(
            model_name='dischargeletter',
            name='enrolment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='courses.enrolment'),
        ),
        migrations.AddField(
            model_name='dischargeletter',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='dischargeletter',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.municipality'),
        ),
        migrations.AddField(
            model_name='dischargeletter',
            name='practice',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='dischargeletter',
            name='referral',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='referrals.referral'),
        ),
        migrations.AddField(
            model_name='dischargeletter',
            name='result_consent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='referrals.consent'),
        ),
        migrations.AddField(
            model_name='ending',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='formlink',
            name='enrolment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='form_links', to='courses.enrolment'),
        ),
        migrations.AddField(
            model_name='formlink',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='transferred',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='wish',
            name='course',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='courses.course'),
        ),
        migrations.AddConstraint(
            model_name='baseline',
            constraint=models.CheckConstraint(condition=models.Q(('form__in', ['basis', 'youth'])), name='baseline_form'),
        ),
        migrations.AddIndex(
            model_name='dischargeletter',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['made_at', 'id'], name='letter_waiting'),
        ),
        migrations.AddIndex(
            model_name='dischargeletter',
            index=models.Index(condition=models.Q(('state', 'written')), fields=['written_at'], name='letter_unanswered'),
        ),
        migrations.AddConstraint(
            model_name='dischargeletter',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'written', 'received', 'refused', 'stopped', 'on_paper'])), name='letter_state'),
        ),
        migrations.AddConstraint(
            model_name='dischargeletter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('body', None), ('state', 'on_paper')), models.Q(models.Q(('state', 'on_paper'), _negated=True), ('body__isnull', False), models.Q(('receiver_ean', ''), _negated=True)), _connector='OR'), name='letter_has_its_message'),
        ),
        migrations.AddConstraint(
            model_name='dischargeletter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['written', 'received', 'refused']), _negated=True), ('written_at__isnull', False), _connector='OR'), name='letter_written_has_time'),
        ),
        migrations.AddConstraint(
            model_name='dischargeletter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('trouble', ''), _negated=True), _connector='OR'), name='letter_refused_says_why'),
        ),
        migrations.AddConstraint(
            model_name='dischargeletter',
            constraint=models.CheckConstraint(condition=models.Q(('corrects', None), models.Q(('corrects', models.F('id')), _negated=True), _connector='OR'), name='letter_corrects_another'),
        ),
        migrations.AddConstraint(
            model_name='dischargeletter',
            constraint=models.UniqueConstraint(condition=models.Q(('corrects', None), models.Q(('state', 'stopped'), _negated=True)), fields=('enrolment',), name='letter_once'),
        ),
        migrations.AddConstraint(
            model_name='ending',
            constraint=models.CheckConstraint(condition=models.Q(('smoke_free__in', ['', 'yes', 'no', 'unknown'])), name='ending_smoke_free'),
        ),
        migrations.AddConstraint(
            model_name='ending',
            constraint=models.CheckConstraint(condition=models.Q(('dropped_out__in', ['', 'illness', 'time', 'no_wish', 'not_reached', 'smoke_free', 'moved_away', 'other_help', 'dead', 'other'])), name='ending_dropped_out'),
        ),
        migrations.AddConstraint(
            model_name='ending',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('smoke_free', ''), _negated=True), models.Q(('dropped_out', ''), _negated=True), _connector='OR'), name='ending_says_something'),
        ),
        migrations.AddConstraint(
            model_name='ending',
            constraint=models.CheckConstraint(condition=models.Q(('co', None), ('co__lte', 200), _connector='OR'), name='ending_co_possible'),
        ),
        migrations.AddConstraint(
            model_name='ending',
            constraint=models.CheckConstraint(condition=models.Q(('satisfaction', None), ('satisfaction__range', (1, 5)), _connector='OR'), name='ending_satisfaction'),
        ),
        migrations.AddConstraint(
            model_name='formlink',
            constraint=models.CheckConstraint(condition=models.Q(('form__in', ['basis', 'youth'])), name='form_link_form'),
        ),
        migrations.AddConstraint(
            model_name='formlink',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='form_link_expires'),
        ),
        migrations.AddConstraint(
            model_name='formlink',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None), ('used_at', None)), fields=('enrolment',), name='form_link_open_once'),
        ),
    ]
