-- The two database roles and the trial's database; safe to repeat. For psql, as a superuser, with the passwords in the
-- environment: MGTRIAL_OWNER_PASSWORD and MGTRIAL_APP_PASSWORD.
--
-- mgtrial_owner migrates and owns every table (CREATEDB is for the test databases; take it away in production).
-- mgtrial_app is what the running system signs in as; it owns nothing and cannot switch the trail's protection off.
\set ON_ERROR_STOP on
\getenv owner_password MGTRIAL_OWNER_PASSWORD
\getenv app_password MGTRIAL_APP_PASSWORD

SELECT 'CREATE ROLE mgtrial_owner' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mgtrial_owner') \gexec
SELECT 'CREATE ROLE mgtrial_app' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mgtrial_app') \gexec
ALTER ROLE mgtrial_owner LOGIN CREATEDB NOSUPERUSER NOCREATEROLE PASSWORD :'owner_password';
ALTER ROLE mgtrial_app LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE PASSWORD :'app_password';

SELECT 'CREATE DATABASE mgtrial OWNER mgtrial_owner ENCODING ''UTF8'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'mgtrial') \gexec
REVOKE ALL ON DATABASE mgtrial FROM PUBLIC;
GRANT CONNECT ON DATABASE mgtrial TO mgtrial_app;
