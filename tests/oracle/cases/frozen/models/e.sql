{% set v = 'at run' if execute else 'at parse' %}
{{ config(pre_hook="select '" ~ v ~ "' {{ execute }}", post_hook=text('e')) }}
select 1 as id
