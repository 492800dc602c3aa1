{{ config(post_hook="select '{{ model.tags | join(' ') }}'") }}select 1 as id
