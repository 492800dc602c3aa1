select * from {{ ref("alone") }}
