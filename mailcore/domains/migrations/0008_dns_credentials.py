"""A credential is an organisation's and serves several domains; what was written moves to `zones`."""

from django.db import migrations, models

import kernel.ids

#: A credential was its domain's: it takes the domain's id, with which its secret was sealed.
_MOVE = [
    """UPDATE dns_credential c SET public_id = d.public_id, organisation_id = d.organisation_id,
        kind = 'rfc2136', settings = jsonb_build_object('server', c.server, 'port', c.port,
        'key_name', c.key_name, 'algorithm', c.algorithm)
        FROM domain d WHERE d.id = c.domain_id""",
    """INSERT INTO public.zone_access (domain_id, reseller_id, credential_id, created_at)
        SELECT d.public_id, sec.reseller_of(current_schema()), d.public_id, c.created_at
        FROM dns_credential c JOIN domain d ON d.id = c.domain_id""",
    """INSERT INTO public.owned_record (public_id, reseller_id, domain_id, name, type, value, ttl,
        replaces, is_confirmed, created_at)
        SELECT gen_random_uuid(), sec.reseller_of(current_schema()), d.public_id, w->>'name',
               w->>'type', w->>'value', (w->>'ttl')::integer, '', true, now()
        FROM dns_credential c JOIN domain d ON d.id = c.domain_id,
             jsonb_array_elements(c.published) w""",
]


class Migration(migrations.Migration):
    dependencies = [("domains", "0007_targets"), ("zones", "0002_security")]
    operations = [
        migrations.AddField("dnscredential", "public_id", models.UUIDField(null=True)),
        migrations.AddField("dnscredential", "organisation_id", models.UUIDField(null=True)),
        migrations.AddField(
            "dnscredential",
            "kind",
            models.CharField(
                choices=[("rfc2136", "Rfc2136"), ("lexicon", "Lexicon")],
                default="rfc2136",
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "dnscredential",
            "provider",
            models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField("dnscredential", "settings", models.JSONField(default=dict)),
        migrations.AddField(
            "dnscredential",
            "tested_code",
            models.CharField(blank=True, default="", max_length=60),
        ),
        migrations.AddField(
            "dnscredential", "tested_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.RunSQL(_MOVE, migrations.RunSQL.noop),
        migrations.RemoveField("dnscredential", "domain"),
        migrations.RemoveField("dnscredential", "server"),
        migrations.RemoveField("dnscredential", "port"),
        migrations.RemoveField("dnscredential", "key_name"),
        migrations.RemoveField("dnscredential", "algorithm"),
        migrations.RemoveField("dnscredential", "published"),
        migrations.AlterField(
            "dnscredential",
            "public_id",
            models.UUIDField(default=kernel.ids.uuid7, unique=True),
        ),
        migrations.AlterField("dnscredential", "organisation_id", models.UUIDField(db_index=True)),
    ]
