{{ config(post_hook="select '{{ dispatch is defined }} {{ source_node is defined }} {{ run_results is defined }}'") }}select 1 as id
