//! The template itself: what does not parse, and what nothing defines.

pub(in crate::lint) mod adjacent_literals;
pub(in crate::lint) mod assignment_in_condition;
pub(in crate::lint) mod constant_condition;
pub(in crate::lint) mod curlies_in_statement;
pub(in crate::lint) mod duplicate_macro;
pub(in crate::lint) mod env_var_without_default;
pub(in crate::lint) mod macro_arguments;
pub(in crate::lint) mod missing_braces;
pub(in crate::lint) mod missing_var;
pub(in crate::lint) mod nested_curlies;
pub(in crate::lint) mod render_error;
pub(in crate::lint) mod secret_env_var;
pub(in crate::lint) mod set_in_loop;
pub(in crate::lint) mod single_brace;
mod syntax_faults;
pub(in crate::lint) mod template_syntax;
pub(in crate::lint) mod undefined_attribute;
pub(in crate::lint) mod undefined_macro;
pub(in crate::lint) mod undefined_name;
pub(in crate::lint) mod unknown_filter;
pub(in crate::lint) mod unknown_test;
pub(in crate::lint) mod wrong_operand_types;

use crate::lint::Rule;

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "jinja";
    "adjacent-literals", Error, High, Default, adjacent_literals;
    "assignment-in-condition", Error, High, Default, assignment_in_condition;
    "constant-condition", Error, High, Default, constant_condition;
    "curlies-in-statement", Error, High, Default, curlies_in_statement;
    "duplicate-macro", Error, High, Default, duplicate_macro;
    "env-var-without-default", Error, Low, Default, env_var_without_default;
    "macro-arguments", Error, High, Default, macro_arguments;
    "missing-braces", Error, High, Default, missing_braces;
    "missing-var", Error, High, Default, missing_var;
    "nested-curlies", Error, High, Default, nested_curlies;
    "render-error", Error, Medium, Default, render_error;
    "secret-env-var", Error, High, Default, secret_env_var;
    "set-in-loop", Error, High, Default, set_in_loop;
    "single-brace", Error, High, Default, single_brace;
    "template-syntax", Error, High, Default, template_syntax;
    "undefined-attribute", Error, High, Default, undefined_attribute;
    "undefined-macro", Error, High, Default, undefined_macro;
    "undefined-name", Error, High, Default, undefined_name;
    "unknown-filter", Error, High, Default, unknown_filter;
    "unknown-test", Error, High, Default, unknown_test;
    "wrong-operand-types", Error, High, Default, wrong_operand_types;
};
