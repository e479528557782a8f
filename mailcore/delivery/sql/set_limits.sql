-- A reseller's own limits per mailbox and day; NULL is the default.
INSERT INTO public.sending_limit (reseller_id, messages, recipients, new_recipients)
VALUES (%(reseller_id)s, %(messages)s, %(recipients)s, %(new_recipients)s)
ON CONFLICT (reseller_id) DO UPDATE
SET messages = excluded.messages, recipients = excluded.recipients,
    new_recipients = excluded.new_recipients
