{{ config({'post-hook': "dict {{ this }}", 'pre_hook': ["p {{ 1 }}"], 'materialized': 'table'}) }}
{{ config(post_hook="%s and {{ '%s' }}" % ('done', 'x'), tags=['t']) }}
select 1 as id
