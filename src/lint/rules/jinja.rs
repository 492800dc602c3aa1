//! The template itself: what does not parse, and what nothing defines.

pub(in crate::lint) mod adjacent_literals;
pub(in crate::lint) mod missing_var;
pub(in crate::lint) mod render_error;
pub(in crate::lint) mod template_syntax;
pub(in crate::lint) mod undefined_attribute;
pub(in crate::lint) mod undefined_macro;
pub(in crate::lint) mod undefined_name;

use crate::lint::Rule;

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "jinja";
    "adjacent-literals", Error, High, Default, adjacent_literals;
    "missing-var", Error, High, Default, missing_var;
    "render-error", Error, Medium, Default, render_error;
    "template-syntax", Error, High, Default, template_syntax;
    "undefined-attribute", Error, High, Default, undefined_attribute;
    "undefined-macro", Error, High, Default, undefined_macro;
    "undefined-name", Warning, High, Default, undefined_name;
};
