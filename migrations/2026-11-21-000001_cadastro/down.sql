-- The roles belong to the cluster and stay.
DROP SCHEMA cadastro CASCADE;
