-- (reports) placeholder
SELECT 1;
