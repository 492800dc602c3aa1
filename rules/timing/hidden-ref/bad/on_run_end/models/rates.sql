select 1 as rate
