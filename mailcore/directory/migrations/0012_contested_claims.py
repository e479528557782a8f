"""A name is kept from others only once it was proven; until then several may claim it."""

from django.db import migrations, models
from django.db.models.functions import Collate, Reverse

# What was verified once is so, and what is ours.
HELD = """
UPDATE public.route SET is_held = true
WHERE is_verified OR kind <> 'hosted' OR organisation_id IS NULL OR domain IN (
    SELECT a.data ->> 'name' FROM public.audit_entry a WHERE a.action = 'domain.verified')
"""
# The name, and every one above it.
ABOVE = """
CREATE FUNCTION sec.at_or_above(name text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT array_agg(array_to_string(parts[n:], '.'))
        FROM string_to_array(name, '.') AS parts, generate_subscripts(parts, 1) AS n)
"""
# Who holds a name is never told: only whether somebody else does.
TAKEN = """
CREATE OR REPLACE FUNCTION sec.is_domain_taken(name text, mine uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
RETURN EXISTS (
    SELECT 1 FROM public.route r WHERE r.is_held AND r.reseller_id <> mine AND (
        r.domain = ANY (sec.at_or_above(name))
        -- All below, by the index of the names read backwards.
        OR reverse(r.domain) COLLATE "C" >= reverse(name) || '.'
           AND reverse(r.domain) COLLATE "C" < reverse(name) || '/'))
"""
#: Who may ask that; made when everybody could.
CALLERS = "livery_web, livery_worker, livery_operator"


class Migration(migrations.Migration):
    dependencies = [("directory", "0011_tenant_border"), ("kernel", "0003_audit_order")]
    operations = [
        migrations.AddField("route", "is_held", models.BooleanField(default=False)),
        migrations.RunSQL(HELD, migrations.RunSQL.noop),
        migrations.AlterField("route", "domain", models.CharField(max_length=253)),
        migrations.AddConstraint(
            "route",
            models.UniqueConstraint(fields=("domain", "reseller_id"), name="route_claimed_once"),
        ),
        migrations.AddConstraint(
            "route",
            models.UniqueConstraint(
                fields=("domain",), condition=models.Q(is_held=True), name="route_held_once"
            ),
        ),
        migrations.AddConstraint(
            "route",
            models.CheckConstraint(
                condition=models.Q(is_held=True) | models.Q(is_verified=False),
                name="route_verified_is_held",
            ),
        ),
        migrations.AddIndex(
            "route", models.Index(Collate(Reverse("domain"), "C"), name="route_below")
        ),
        migrations.RemoveConstraint("signingkey", "signing_key_selector"),
        migrations.AddConstraint(
            "signingkey",
            models.UniqueConstraint(
                fields=("domain", "selector", "reseller_id"), name="signing_key_selector"
            ),
        ),
        migrations.RunSQL(
            sql=[
                ABOVE,
                TAKEN,  # keeps its owner
                "REVOKE EXECUTE ON FUNCTION sec.is_domain_taken(text, uuid) FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION sec.is_domain_taken(text, uuid) TO {CALLERS}",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
