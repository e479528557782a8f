"""RSA keys that are made before they are needed."""

from django.db import migrations, models

import kernel.clock
import kernel.ids
from kernel.rls import protect

# Who takes one has it: the row goes in the taker's transaction, and comes back when that fails.
TAKE = """
CREATE FUNCTION sec.take_spare_keys(wanted int)
RETURNS TABLE (public_id uuid, sealed_key bytea, public_key text)
LANGUAGE sql VOLATILE SECURITY DEFINER
BEGIN ATOMIC
    DELETE FROM public.spare_key s WHERE s.public_id = ANY (ARRAY(
        SELECT o.public_id FROM public.spare_key o ORDER BY o.public_id LIMIT wanted
        FOR UPDATE SKIP LOCKED))
    RETURNING s.public_id, s.sealed_key, s.public_key;
END
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0006_app_passwords")]
    operations = [
        migrations.CreateModel(
            name="SpareKey",
            fields=[
                (
                    "public_id",
                    models.UUIDField(default=kernel.ids.uuid7, primary_key=True, serialize=False),
                ),
                ("sealed_key", models.BinaryField()),
                ("public_key", models.TextField()),
                ("created_at", models.DateTimeField(default=kernel.clock.now)),
            ],
            options={"db_table": "spare_key"},
        ),
        protect("spare_key", every_row=("worker",), tenant=()),
        migrations.RunSQL(
            sql=[
                # Made by the worker, read by nobody: a key is seen by whom it is given to.
                "REVOKE ALL ON public.spare_key FROM livery_app, livery_provision, livery_worker",
                "GRANT SELECT (public_id), INSERT ON public.spare_key TO livery_worker",
                "GRANT SELECT, UPDATE, DELETE ON public.spare_key TO livery_lookup",
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                TAKE,
                "ALTER FUNCTION sec.take_spare_keys(int) OWNER TO livery_lookup",
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
                "REVOKE EXECUTE ON FUNCTION sec.take_spare_keys(int) FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION sec.take_spare_keys(int) TO livery_web, livery_worker",
            ],
            reverse_sql=["DROP FUNCTION sec.take_spare_keys(int)"],
        ),
    ]
