{{ config(materialized='view', pre_hook="{{ trace(this, 'pre in') }}", post_hook=[{'sql': "{{ trace(this, 'post out') }}", 'transaction': false}, "select no_such_function_here(1) from {{ this }} where id = 'x'::int"]) }}
select 1 as id
