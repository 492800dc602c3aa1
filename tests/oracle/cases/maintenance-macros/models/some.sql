{{ config(vacuum='', keep_days='0', index_on=['a b']) }} select 1 as id
