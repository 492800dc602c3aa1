{{ config(pre_hook="first call", post_hook={"sql": "mapped", "index": 9}) }}
{{ config(pre_hook=["second call", "third"], post_hook="post second") }}
select 1 as id
