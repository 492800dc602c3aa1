{{ config({'post-hook': 'a', 'post_hook': 'b'}) }}
select 1 as id
