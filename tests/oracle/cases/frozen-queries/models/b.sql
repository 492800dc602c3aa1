{{ config(pre_hook=[named(), "{{ named() }}"], post_hook="{{ ask() }}") }} select 1 as id
