{{ config(post_hook=["drop table {{ ref('above') }}"]) }}
select '{{ ref('below') }}' as of_whom
