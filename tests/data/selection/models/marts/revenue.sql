{{ config(tags="nightly", contract={"enforced": false}) }} select * from {{ ref("orders") }}
