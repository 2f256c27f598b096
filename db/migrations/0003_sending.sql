-- (sending) placeholder
SELECT 1;
