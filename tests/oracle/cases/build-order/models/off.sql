{{ config(enabled=false, pre_hook="select 'off'") }}
select 1 as id
