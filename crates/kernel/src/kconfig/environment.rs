//! Variables and macros, `$(…)`: what is known without running a program.

use std::cell::Cell;
use std::collections::BTreeMap;

/// The most text that a macro may become, in bytes, and how deep macros may refer to each other.
const MAX_EXPANSION: usize = 64 << 10;
const MAX_DEPTH: usize = 32;

/// What all macros of a kernel may cost together: bytes that are read or written, and so many more for each macro. A macro that
/// becomes nothing can still stand for any number of others. Linux 6.18 has some five hundred in all.
pub(super) const MAX_COST: usize = 8 << 20;
const COST_OF_MACRO: usize = 64;

/// The variables that Kbuild hands to Kconfig, and those that Kconfig files define.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, Variable>,
    spent: Cell<usize>,
}

#[derive(Clone, Debug)]
enum Variable {
    Known(String),
    /// `name = text`: expanded where it is used.
    Later(String),
    Unknown,
}

impl Environment {
    /// The environment of a kernel built for `arch` in Kbuild's words: `x86_64`, `arm64`, `i386`, `riscv`, …
    pub fn kernel(arch: &str) -> Self {
        let directory = match arch {
            "x86_64" | "i386" => "x86",
            "sparc32" | "sparc64" => "sparc",
            "parisc64" => "parisc",
            other => other,
        };
        let mut environment = Self::default();
        environment.set("ARCH", arch);
        environment.set("SRCARCH", directory);
        environment
    }

    /// Gives a variable a value.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), Variable::Known(value.to_owned()));
    }

    /// `name := text`, `name = text`, `name += text` of a Kconfig file.
    pub(super) fn assign(&mut self, name: &str, operator: &str, text: &str) {
        let more = match (operator, self.variables.get(name)) {
            (":=", _) | ("+=", Some(Variable::Known(_))) => {
                self.expand(text).map_or(Variable::Unknown, Variable::Known)
            }
            _ => Variable::Later(text.to_owned()),
        };
        let old = self.variables.get_mut(name).filter(|_| operator == "+=");
        match (old, more) {
            (Some(Variable::Known(old)), Variable::Known(more))
            | (Some(Variable::Later(old)), Variable::Later(more)) => {
                // In place: a file may add to a variable in each of its lines.
                old.push(' ');
                old.push_str(&more);
                if old.len() > MAX_EXPANSION {
                    self.variables.insert(name.to_owned(), Variable::Unknown);
                }
            }
            (Some(old), _) => *old = Variable::Unknown,
            (None, new) => drop(self.variables.insert(name.to_owned(), new)),
        }
    }

    /// Whether macros cost more than those of any kernel. Nothing is replaced from then on.
    pub(super) fn is_exhausted(&self) -> bool {
        self.spent.get() > MAX_COST
    }

    fn spend(&self, bytes: usize) -> Option<()> {
        self.spent.set(self.spent.get().saturating_add(COST_OF_MACRO + bytes));
        if self.is_exhausted() { None } else { Some(()) }
    }

    /// `text` with every `$(…)` replaced; `None` when one is unknown here.
    pub(super) fn expand(&self, text: &str) -> Option<String> {
        self.expand_at(text, 0)
    }

    fn expand_at(&self, text: &str, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        // Most words of a kernel hold no macro.
        if depth > 0 || text.contains('$') {
            self.spend(text.len())?;
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (before, call) = rest.split_at(at);
            out.push_str(before);
            let end = macro_end(call)?;
            let name = call.get(2..end - 1)?;
            match self.variables.get(name)? {
                Variable::Known(value) => {
                    self.spend(value.len())?;
                    out.push_str(value);
                }
                Variable::Later(later) => out.push_str(&self.expand_at(later, depth + 1)?),
                Variable::Unknown => return None,
            }
            if out.len() > MAX_EXPANSION {
                return None;
            }
            rest = call.get(end..)?;
        }
        out.push_str(rest);
        Some(out)
    }
}

/// Where the `$(…)` at the start of `text` ends; `None` when it has no end or is none.
pub(super) fn macro_end(text: &str) -> Option<usize> {
    if !text.starts_with("$(") {
        return None;
    }
    let mut open = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => open += 1,
            b')' => open -= 1,
            _ => continue,
        }
        if open == 0 {
            return Some(at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_replaced() {
        let mut environment = Environment::kernel("x86_64");
        environment.assign("comma", ":=", ",");
        environment.assign("path", "=", "arch/$(SRCARCH)");
        environment.assign("path", "+=", "$(comma)");
        assert_eq!(environment.expand("$(path)/$(ARCH)").as_deref(), Some("arch/x86 ,/x86_64"));
    }

    #[test]
    fn what_would_run_a_program_is_unknown() {
        let mut environment = Environment::kernel("arm64");
        environment.assign("cc-option", "=", "$(success,cc $(1))");
        environment.assign("version", ":=", "$(shell,cc --version)");
        for text in ["$(cc-option,-Wall)", "$(version)", "$(shell,rm)", "$(1)", "$(open", "$HOME", "$"] {
            assert_eq!(environment.expand(text), None, "{text}");
        }
    }

    #[test]
    fn macros_that_grow_or_refer_to_themselves_end() {
        let mut environment = Environment::default();
        environment.assign("loop", "=", "$(loop)$(loop)");
        environment.assign("a0", "=", "xxxxxxxxxxxxxxxx");
        for n in 1..30 {
            environment.assign(&format!("a{n}"), "=", &format!("$(a{0})$(a{0})", n - 1));
        }
        assert_eq!(environment.expand("$(loop)"), None);
        assert_eq!(environment.expand("$(a29)"), None);
    }

    #[test]
    fn macros_of_nothing_end() {
        let mut environment = Environment::default();
        environment.assign("a0", "=", "");
        for n in 1..30 {
            environment.assign(&format!("a{n}"), "=", &format!("$(a{0})$(a{0})", n - 1));
        }
        assert_eq!(environment.expand("$(a3)").as_deref(), Some(""));
        assert!(!environment.is_exhausted());
        assert_eq!(environment.expand("$(a29)"), None);
        assert!(environment.is_exhausted());
    }

    #[test]
    fn a_variable_that_grows_line_by_line_is_given_up() {
        let mut environment = Environment::default();
        for (name, operator) in [("later", "="), ("known", ":=")] {
            environment.assign(name, operator, "x");
            (0..200_000).for_each(|_| environment.assign(name, "+=", "x"));
            assert_eq!(environment.expand(&format!("$({name})")), None, "{name}");
        }
    }
}
