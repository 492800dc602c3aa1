//! What `var()` finds: the variables of the command line, of the root project and of a package.

use crate::datum::Datum;

/// The variables that one package's code sees.
#[derive(Debug, Clone, Copy, Default)]
pub struct Vars<'a> {
    /// Those of the command line.
    pub cli: Option<&'a Datum>,
    /// `vars:` of the root project.
    pub root: Option<&'a Datum>,
    /// `vars:` of the package itself, where it is not the root project.
    pub own: Option<&'a Datum>,
    /// The package's name.
    pub package: &'a str,
}

impl<'a> Vars<'a> {
    /// The value of a variable, raw. The command line wins, then the root project's variables for this
    /// package, then the root project's for all, then the package's own in the same two steps.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a Datum> {
        let scoped =
            |vars: &'a Datum| vars.get(self.package).and_then(|scope| scope.get(name)).or_else(|| vars.get(name));
        self.cli
            .and_then(|vars| vars.get(name))
            .or_else(|| self.root.and_then(scoped))
            .or_else(|| self.own.and_then(scoped))
    }
}
