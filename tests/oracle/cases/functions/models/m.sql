select {{ function('twice') }}(1) as id
