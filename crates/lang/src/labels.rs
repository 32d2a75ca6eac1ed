//! What `load()` takes: `//classes/x.star` in the file's own module, `@module//classes/x.star` in another.

use std::collections::HashMap;

use starlark::environment::FrozenModule;

/// Modules by the text that a file loads them with.
pub(crate) type Loaded = HashMap<String, FrozenModule>;

/// A file that can be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label<'a> {
    /// The module; the file's own when absent.
    pub(crate) module: Option<&'a str>,
    /// The path below the module's root.
    pub(crate) path: &'a str,
}

/// Why a text is not a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfit {
    pub(crate) message: String,
    pub(crate) hint: String,
}

impl<'a> Label<'a> {
    /// Reads a label.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Unfit> {
        let unfit = |message: String, hint: &str| Err(Unfit { message, hint: hint.to_owned() });
        let (module, path) = match text.strip_prefix('@') {
            Some(rest) => match rest.split_once("//") {
                Some((module, path)) => (Some(module), path),
                None => return unfit(format!("{text:?} names no file"), "write `@module//classes/x.star`"),
            },
            None => match text.strip_prefix("//") {
                Some(path) => (None, path),
                None => {
                    let name = text.rsplit(['/', ':']).next().unwrap_or_default();
                    let hint = format!("write `//classes/{name}`, from the root of the module");
                    return unfit(format!("a load is never relative to its file: {text:?}"), &hint);
                }
            },
        };
        if path.split('/').any(|part| matches!(part, "" | "." | "..")) || path.contains(['\\', '\0', ':']) {
            return unfit(
                format!("{text:?} is not a path below the module's root"),
                "write the path from the root of the module, such as `//classes/x.star`",
            );
        }
        if !path.starts_with("classes/") || !path.ends_with(".star") {
            return unfit(
                format!("{text:?} is not a class file"),
                "only `.star` files below `classes/` can be loaded",
            );
        }
        Ok(Self { module, path })
    }
}

#[cfg(test)]
mod tests {
    use super::Label;

    #[test]
    fn both_forms_are_read() {
        assert_eq!(
            Label::parse("//classes/go.star").unwrap(),
            Label { module: None, path: "classes/go.star" }
        );
        assert_eq!(
            Label::parse("@core//classes/a/b.star").unwrap(),
            Label { module: Some("core"), path: "classes/a/b.star" }
        );
    }

    #[test]
    fn what_leaves_the_module_or_is_relative_is_refused() {
        for text in [
            "go.star",
            "./go.star",
            "../classes/go.star",
            "/classes/go.star",
            ":go.star",
            "//classes/../go.star",
            "//../classes/go.star",
            "//classes//go.star",
            "@core",
            "@core/classes/go.star",
            "//units/core/a.star",
            "//classes/go",
            "",
        ] {
            assert!(Label::parse(text).is_err(), "{text}");
        }
    }
}
