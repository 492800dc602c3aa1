select 1 as id, 'nl' as country
