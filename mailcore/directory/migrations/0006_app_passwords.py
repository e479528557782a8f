"""Passwords for one program each, and the look-up that lets it in and notes when."""

import django.contrib.postgres.fields
from django.db import migrations, models

import kernel.clock
import kernel.ids
from kernel.rls import protect

# By the hash of what was typed, so that the password itself is in no statement and no log.
LOGIN = """
CREATE FUNCTION sec.app_login(login text, hash text, service text, client text)
RETURNS TABLE (address text, home text, public_id uuid, quota_bytes bigint)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 AS $body$
DECLARE known public.app_password;
BEGIN
  SELECT a.* INTO known FROM public.app_password a
  JOIN public.mailbox_login m ON m.public_id = a.mailbox_id
  WHERE a.secret_hash = app_login.hash AND m.address = app_login.login AND m.state = 'active'
    AND CASE app_login.service WHEN 'sieve' THEN 'imap' ELSE app_login.service END = ANY (a.scopes)
    AND (a.expires_at IS NULL OR a.expires_at > now());
  IF NOT FOUND THEN
    RETURN;
  END IF;
  -- To the minute: a program that asks all day costs one write a minute. Nobody waits for a lock.
  UPDATE public.app_password u SET last_used_at = now(), last_used_from = left(app_login.client, 45)
  WHERE u.id = (SELECT b.id FROM public.app_password b WHERE b.id = known.id
    AND (b.last_used_at IS NULL OR b.last_used_at < now() - interval '1 minute')
    FOR UPDATE SKIP LOCKED);
  RETURN QUERY SELECT m.address::text, m.home::text, m.public_id, m.quota_bytes
    FROM public.mailbox_login m WHERE m.public_id = known.mailbox_id;
END $body$;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0005_aliases")]
    operations = [
        migrations.CreateModel(
            name="AppPassword",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.ids.uuid7, unique=True)),
                ("reseller_id", models.UUIDField(db_index=True)),
                ("mailbox_id", models.UUIDField(db_index=True)),
                ("name", models.CharField(max_length=100)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), size=None
                    ),
                ),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(default=kernel.clock.now)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_from", models.CharField(blank=True, default="", max_length=45)),
            ],
            options={"db_table": "app_password"},
        ),
        protect("app_password"),
        migrations.RunSQL(
            sql=[
                "GRANT SELECT ON public.app_password TO livery_lookup",
                "GRANT UPDATE (last_used_at, last_used_from) ON public.app_password TO livery_lookup",
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                (LOGIN, None),
                "ALTER FUNCTION sec.app_login(text, text, text, text) OWNER TO livery_lookup",
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
                "REVOKE EXECUTE ON FUNCTION sec.app_login(text, text, text, text) FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION sec.app_login(text, text, text, text) TO livery_dovecot",
            ],
            reverse_sql=["DROP FUNCTION sec.app_login(text, text, text, text)"],
        ),
    ]
