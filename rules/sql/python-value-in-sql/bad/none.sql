{{ config(post_hook="update audit_model set tag = «{{ config.get('tag') or none }}» where name = 'x'") }}
select 1 as id
