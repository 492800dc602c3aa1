select * from {{ ref("cust") }}
