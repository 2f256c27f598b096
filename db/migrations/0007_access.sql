-- (access) placeholder
SELECT 1;
