{{ config(index_on=['id', ['day', 'id']], checks=[{'expr': 'id > 0'}, {'name': 'ck_day', 'expr': "day >= '2020-01-01'"}], keep_days=30, vacuum='full') }}
select 1 as id, current_date as day, now() as at
