-- (imports) placeholder
SELECT 1;
