{{ config(materialized='table', post_hook=[{'sql': "{{ trace(this, 'post out') }}", 'transaction': false}, {'sql': "insert into {{ target.schema }}.trace (modle) values ('x')", 'transaction': false}, "{{ trace(this, 'post in') }}"]) }}
select 1 as id
