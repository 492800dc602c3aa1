{{ config(post_hook=["alter table {{ this }} add constraint below_above foreign key (id) references {{ ref('above') }} (id)"]) }}
select id from {{ ref('above') }}
