-- Schema and default privileges of one database, run in it as livery_owner (foundations 6).
-- Default privileges belong to one database: a test database needs them again.
DO $$ BEGIN EXECUTE format('GRANT CREATE, CONNECT ON DATABASE %I TO livery_provision', current_database()); END $$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO PUBLIC;
CREATE SCHEMA IF NOT EXISTS sec;
GRANT USAGE ON SCHEMA sec TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE livery_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO livery_app;
ALTER DEFAULT PRIVILEGES FOR ROLE livery_owner GRANT USAGE, SELECT ON SEQUENCES TO livery_app;
ALTER DEFAULT PRIVILEGES FOR ROLE livery_owner IN SCHEMA public GRANT SELECT, REFERENCES ON TABLES TO livery_provision;
