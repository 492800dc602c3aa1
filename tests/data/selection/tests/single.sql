{{ config(tags=["st"]) }} select * from {{ ref("orders") }} join {{ ref("alone") }} using (id) where false
