{{ config(post_hook="insert into audit.builds (id, name, started, target) values ('{{ invocation_id }}', '{{ this.name }}', '{{ run_started_at }}', '{{ target.name }}')") }}

select 1 as id
