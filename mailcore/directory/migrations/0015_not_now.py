"""The MX asks whether a recipient takes mail just now; what Dovecot asks about that no longer fails."""

from django.db import migrations

#: Whether all mailboxes that mail to an address would reach are held. Of an alias with one that is
#: not, mail is taken: that one's is not to wait, and the others' waits in Postfix's queue.
TAKES_NO_MAIL = r"""
CREATE FUNCTION sec.takes_no_mail(recipient text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
  WITH behind AS MATERIALIZED (SELECT target FROM sec.targets_among(ARRAY[recipient])),
  reached AS (
    SELECT target FROM behind
    UNION ALL
    SELECT lower(regexp_replace(recipient, '^([^+@]+)\+[^@]*@', '\1@')) WHERE NOT EXISTS (SELECT FROM behind))
  SELECT coalesce(bool_and('receive' = ANY (m.on_hold)), false)
  FROM reached JOIN public.mailbox_login m ON m.address = reached.target AND m.state <> 'deleted';
END
"""
#: A question that fails, as Dovecot's did until now, takes its connections with it: others heard "try
#: again later" meanwhile, at their logins too. So this is an answer like others.
USER = """
CREATE OR REPLACE VIEW public.dovecot_user AS
SELECT address, home, public_id, quota_bytes, NOT 'receive' = ANY (on_hold) AS takes_mail
FROM public.mailbox_login WHERE state <> 'deleted'
"""
NAME = "sec.takes_no_mail(text)"


class Migration(migrations.Migration):
    dependencies = [("directory", "0014_holds_of_the_queue")]
    operations = [
        migrations.RunSQL(
            sql=[
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                (TAKES_NO_MAIL, None),
                f"ALTER FUNCTION {NAME} OWNER TO livery_lookup",
                f"REVOKE EXECUTE ON FUNCTION {NAME} FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION {NAME} TO livery_postfix",
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
                USER,
                "DROP FUNCTION sec.not_now()",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
