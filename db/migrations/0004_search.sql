-- (search) placeholder
SELECT 1;
