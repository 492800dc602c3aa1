{{ config(materialized='table', post_hook=[{'sql': "{{ trace(this, 'post out') }}", 'transaction': false}, {'sql': 'select 1 / 0', 'transaction': false}, "{{ trace(this, 'post in') }}"]) }}
select 1 as id
