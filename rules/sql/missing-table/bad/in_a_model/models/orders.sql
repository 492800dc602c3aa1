{{ config(post_hook="update {{ target.schema }}.«audit_rum» set run_id = 'x' where run_id is null") }}
select 1 as id
