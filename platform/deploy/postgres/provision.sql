-- Default privileges of what livery_provision makes, run as livery_provision: a new reseller schema is usable at once.
ALTER DEFAULT PRIVILEGES FOR ROLE livery_provision GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO livery_app;
ALTER DEFAULT PRIVILEGES FOR ROLE livery_provision GRANT USAGE, SELECT ON SEQUENCES TO livery_app;
ALTER DEFAULT PRIVILEGES FOR ROLE livery_provision GRANT USAGE ON SCHEMAS TO livery_app;
