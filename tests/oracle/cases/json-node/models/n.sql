{{ config(pre_hook={'sql': 'select 1', 'extra': 'dropped', 'transaction': True}, post_hook='{"sql": "one {{ model.name }}"}') }}
select 2 as id
