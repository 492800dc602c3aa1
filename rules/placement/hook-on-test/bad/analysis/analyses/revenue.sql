{{ config(pre_hook=«"set work_mem to '1GB'"») }}

select 1 as id
