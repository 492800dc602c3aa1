{{ config(grants={'select': ['reporter']}) }}

select 1 as id
