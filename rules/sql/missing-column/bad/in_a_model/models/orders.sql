{{ config(post_hook="insert into audit_run (run_id, «model») values ('x', '{{ this.name }}')") }}
select 1 as id
