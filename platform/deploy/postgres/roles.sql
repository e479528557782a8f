-- The roles of foundations 6, made once by the cluster's superuser; safe to run again.
-- psql variables: one password per role, e.g. -v web='…'.
SELECT format('CREATE ROLE livery_%s LOGIN', name)
  FROM unnest(ARRAY['owner','provision','web','operator','worker','delivery','signer','postfix','dovecot']) AS name
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'livery_' || name) \gexec
SELECT format('CREATE ROLE livery_%s NOLOGIN', name) FROM unnest(ARRAY['app','lookup']) AS name
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'livery_' || name) \gexec
ALTER ROLE livery_owner PASSWORD :'owner' CREATEDB;
ALTER ROLE livery_provision PASSWORD :'provision';
ALTER ROLE livery_web PASSWORD :'web';
ALTER ROLE livery_operator PASSWORD :'operator';
ALTER ROLE livery_worker PASSWORD :'worker';
ALTER ROLE livery_delivery PASSWORD :'delivery';
ALTER ROLE livery_signer PASSWORD :'signer';
ALTER ROLE livery_postfix PASSWORD :'postfix';
ALTER ROLE livery_dovecot PASSWORD :'dovecot';
-- Owns the look-up views and nothing else: FORCE ROW LEVEL SECURITY binds table owners too.
ALTER ROLE livery_lookup BYPASSRLS;
GRANT livery_app TO livery_web, livery_worker, livery_operator;
GRANT livery_lookup TO livery_owner;
SELECT 'CREATE DATABASE livery OWNER livery_owner' WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = 'livery') \gexec
