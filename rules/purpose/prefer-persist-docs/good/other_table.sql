{{ config(post_hook="comment on table audit.builds is 'One row for each build.'") }}

select 1 as id
