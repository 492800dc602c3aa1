select 1 as id, 'a' as email, 'b' as phone
