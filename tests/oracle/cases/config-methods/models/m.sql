{{ config(list_key=['x', 'y'], dict_key={'a': 1}, cluster=['b', 'c'], unique_key='id') }}
select 1 as id
