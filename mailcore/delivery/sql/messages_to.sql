SELECT sec.messages_to(%(address)s, %(above)s, %(below)s, %(recipients_above)s, %(recipients_below)s, %(scan)s)
