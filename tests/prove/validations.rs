//! Validations that meet a bad row. That each fails, or does not, on such a row is what the real dbt did with it on
//! `PostgreSQL` 15.

use hookproof::prove::warehouse::SqlValue;
use hookproof::prove::{Noticed, Proof, Validation};
use hookproof::{CheckOptions, ProveOptions};

use crate::projects::{Project, small};

/// A project whose model has this macro for a post-hook.
fn validating(query: &str, then: &str) -> Project {
    let project = small(&["models:\n  small:\n    orders:\n      +post-hook: \"{{ validate() }}\""]);
    project.write(
        "macros/validate.sql",
        &format!("{{% macro validate() %}}{{% if execute %}}{{% set found = run_query(\"{query}\") %}}{{% set count = found.columns[0].values()[0] if found.rows else 0 %}}{then}{{% endif %}}{{% endmacro %}}\n"),
    );
    project.write("seeds/customers.csv", "id,name\n1,ann\n2,bob\n");
    project.write("models/customers_now.sql", "select * from {{ ref('customers') }}\n");
    project.write(
        "models/orders.sql",
        "-- depends_on: {{ ref('customers_now') }}\nselect 1 as id, 2.5 as total, 'new' as status, 1 as customer_id, cast('2024-01-01' as date) as begins, cast('2024-01-02' as date) as ends\n",
    );
    project
}

fn proofs(project: &Project) -> Vec<Proof> {
    let wanted = ProveOptions { drill: true, ..ProveOptions::default() };
    hookproof::prove(&CheckOptions::at(project.path()), &wanted).unwrap().remove(0).proofs
}

fn met(query: &str, then: &str) -> (Validation, bool) {
    let mut proof = proofs(&validating(query, then)).remove(0);
    assert_eq!(proof.refuted().count(), 0, "{query}");
    assert_eq!(proof.validations.len(), 1, "{query}");
    let holds = proof.holds();
    (proof.validations.remove(0), holds)
}

const RAISE: &str = "{% if count > 0 %}{{ exceptions.raise_compiler_error('bad rows') }}{% endif %}";

#[test]
fn a_validation_notices_a_row_that_is_made_of_its_own_condition() {
    let text = |text: &str| SqlValue::Text(text.to_owned());
    let cases = [
        ("select count(*) from {{ this }} where total < 0", vec![("total", SqlValue::Integer(-1))]),
        ("select count(*) as n from main.orders o where o.id is null", vec![("id", SqlValue::Null)]),
        (
            "select id from main.orders where not (status in ('new', 'paid') and total >= 1)",
            vec![("status", text("hookproof~"))],
        ),
        ("select 1 from main.orders where status like 'un%' limit 1", vec![("status", text("un"))]),
        ("select count(*) from main.orders where total between 100 and 200", vec![("total", SqlValue::Integer(100))]),
        (
            "select count(*) from main.orders where coalesce(total, 0) = 0 and status <> 'void'",
            vec![("total", SqlValue::Integer(0)), ("status", text("void~"))],
        ),
        ("select count(*) from main.orders where begins > current_date", vec![("begins", text("9999-12-31"))]),
        (
            "select count(*) from (select * from main.orders where total < 0) bad",
            vec![("total", SqlValue::Integer(-1))],
        ),
        (
            "with bad as (select * from main.orders where total < 0) select count(*) from bad",
            vec![("total", SqlValue::Integer(-1))],
        ),
        (
            "select count(*) from main.orders o left join main.customers_now c on o.customer_id = c.id where c.id is null",
            vec![("customer_id", SqlValue::Integer(-987_654_321))],
        ),
        (
            "select o.id from main.orders o where not exists (select 1 from main.customers_now c where c.id = o.customer_id)",
            vec![("customer_id", SqlValue::Integer(-987_654_321))],
        ),
        (
            "select id from main.orders where customer_id not in (select id from main.customers_now)",
            vec![("customer_id", SqlValue::Integer(-987_654_321))],
        ),
        ("select id from main.orders group by id having count(*) > 1", vec![("id", SqlValue::Integer(1))]),
    ];
    for (query, row) in cases {
        let query = query.replace("{{ this }}", "\" ~ this ~ \"");
        let (met, holds) = met(&query, RAISE);
        assert_eq!(met.noticed, Noticed::Yes("bad rows".to_owned()), "{query}");
        let wanted: Vec<_> = row.into_iter().map(|(column, value)| (column.to_owned(), value)).collect();
        assert_eq!(met.row.len(), wanted.len(), "{query}");
        assert!(wanted.iter().all(|one| met.row.contains(one)), "{query}: {:?}", met.row);
        assert!(holds);
    }
}

#[test]
fn columns_that_are_compared_with_each_other_are_told() {
    let (met, _) = met("select count(*) from main.orders where ends < begins", RAISE);
    assert_eq!(met.noticed, Noticed::Yes("bad rows".to_owned()));
}

#[test]
fn a_validation_that_never_fails_proves_nothing() {
    // The count itself is one row, however many are bad; and it is no text.
    for never in ["found.rows | length > 1", "count == '1'"] {
        let then = format!("{{% if {never} %}}{{{{ exceptions.raise_compiler_error('bad rows') }}}}{{% endif %}}");
        let (met, holds) = met("select count(*) from main.orders where total < 0", &then);
        assert_eq!(met.noticed, Noticed::No, "{never}");
        assert!(met.place.is_some());
        assert!(!holds);
    }
}

#[test]
fn a_validation_may_put_up_with_some_rows() {
    let then = "{% if count > 10 %}{{ exceptions.raise_compiler_error(count ~ ' bad rows') }}{% endif %}";
    let (met, _) = met("select count(*) from main.orders where total < 0", then);
    assert_eq!(met.noticed, Noticed::Yes("1000 bad rows".to_owned()));
}

#[test]
fn what_is_not_sure_is_not_checked() {
    let (met, holds) = met(
        "select max(total) from main.orders",
        "{% if count > 9000 %}{{ exceptions.raise_compiler_error('x') }}{% endif %}",
    );
    assert!(matches!(met.noticed, Noticed::NotChecked(_)), "{:?}", met.noticed);
    assert!(holds);
    // It is for prod only.
    let then = "{% if count > 0 and target.name == 'prod' %}{{ exceptions.raise_compiler_error('bad') }}{% endif %}";
    let project = validating("select count(*) from main.orders where total < 0", then);
    let proofs = proofs(&project);
    let noticed: Vec<&Noticed> = proofs.iter().map(|proof| &proof.validations[0].noticed).collect();
    let never = Noticed::NotChecked("in this target no answer to its query lets it fail".to_owned());
    assert_eq!(noticed, [&never, &Noticed::Yes("bad".to_owned())]);
}
