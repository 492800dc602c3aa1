{{ config(materialized='table', pre_hook="{{ trace(this, 'pre in') }}", post_hook=["{{ trace(this, 'post in') }}", "insert into {{ target.schema }}.trace (modle) values ('x')"]) }}
select 1 as id
