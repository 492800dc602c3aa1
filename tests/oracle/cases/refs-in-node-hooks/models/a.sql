{{ config(post_hook=["select * from {{ ref('z') }}", "select * from {{ ref('eph') }}", "select '{{ source('s', 't') }}'", "select '{{ ref('z').identifier }}' -- {{ model.depends_on.nodes | sort }}"]) }}
select 1 as id
