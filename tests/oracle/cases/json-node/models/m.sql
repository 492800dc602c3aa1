{{ config(
    pre_hook=after_commit('select 1 as out'),
    post_hook=[
        '{"sql": "select 11", "transaction": false}',
        {'sql': 'select 12', 'transaction': False},
        {'sql': "select '{{ this }}'", 'index': 2},
        before_begin('select 14'),
        in_transaction('select 15'),
    ]
) }}
select 1 as id
