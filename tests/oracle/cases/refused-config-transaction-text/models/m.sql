{{ config(post_hook={'sql': 'x', 'transaction': 'false'}) }}
select 1 as id
