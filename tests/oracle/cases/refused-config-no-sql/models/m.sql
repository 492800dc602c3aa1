{{ config(post_hook={'transaction': false}) }}
select 1 as id
