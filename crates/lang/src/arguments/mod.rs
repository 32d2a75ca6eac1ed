//! Arguments of builtins: how a Starlark value becomes a typed field, and what is said when it does not.

pub(crate) mod accounts;
pub(crate) mod call;
pub(crate) mod cgroup;
pub(crate) mod choices;
pub(crate) mod license;
pub(crate) mod modules;
pub(crate) mod numbers;
pub(crate) mod oci;
pub(crate) mod part;
pub(crate) mod patches;
pub(crate) mod paths;
pub(crate) mod plain;
pub(crate) mod sources;
pub(crate) mod text;
pub(crate) mod version;

use starlark::values::Value;

pub(crate) use call::{Args, At, Call};

/// A type that an argument can have. It decides what the reference says and what is accepted.
pub(crate) trait Argument: Sized {
    /// What is accepted, as the reference and the messages name it.
    fn expected() -> String;

    /// Reads a value; absent when a problem was reported.
    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self>;

    /// The values that are accepted, as Starlark text, where they are few.
    fn choices() -> Vec<String> {
        Vec::new()
    }

    /// A default as Starlark text, for the reference.
    fn show(&self) -> String {
        String::new()
    }
}

/// A row of a builtin's table.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// What is accepted.
    pub(crate) expected: String,
    /// All values, as Starlark text, where they are few.
    pub(crate) choices: Vec<String>,
    /// The default as Starlark text; absent when the argument is required.
    pub(crate) default: Option<String>,
    /// Whether it may be given without its name.
    pub(crate) positional: bool,
    /// Its description.
    pub(crate) doc: String,
}

/// Turns the lines of doc comments into one text.
pub(crate) fn doc_text(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Declares the arguments of a builtin: a struct, its table and how it is read. The doc comments are the text of the
/// reference. `[positional]` before a field lets it stand without its name; `= value` makes it optional.
macro_rules! arguments {
    (
        $(#[doc = $doc:literal])*
        $name:literal => $vis:vis struct $type:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $([$positional:ident])? $field:ident: $field_type:ty $(= $default:expr)?,
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[allow(dead_code, reason = "some arguments are checked for their form and not kept")]
        $vis struct $type {
            $($(#[doc = $field_doc])* $field: $field_type,)*
        }

        impl $crate::builtins::Table for $type {
            const NAME: &'static str = $name;

            fn doc() -> String {
                $crate::arguments::doc_text(&[$($doc),*])
            }

            fn fields() -> Vec<$crate::arguments::Field> {
                vec![$($crate::arguments::Field {
                    name: stringify!($field),
                    expected: <$field_type as $crate::arguments::Argument>::expected(),
                    choices: <$field_type as $crate::arguments::Argument>::choices(),
                    default: $crate::arguments::arguments!(@show $field_type $(, $default)?),
                    positional: $crate::arguments::arguments!(@positional $($positional)?),
                    doc: $crate::arguments::doc_text(&[$($field_doc),*]),
                },)*]
            }

            fn read(args: &$crate::arguments::Args<'_, '_>) -> Option<Self> {
                // Every field is read before any is missed, so that all mistakes are reported.
                $(let $field: Option<$field_type> =
                    $crate::arguments::arguments!(@read args, $field $(, $default)?);)*
                Some(Self { $($field: $field?,)* })
            }
        }
    };
    (@show $type:ty) => { None };
    (@show $type:ty, $default:expr) => {{
        let default: $type = $default;
        Some($crate::arguments::Argument::show(&default))
    }};
    (@positional) => { false };
    (@positional positional) => { true };
    (@read $args:ident, $field:ident) => { $args.required(stringify!($field)) };
    (@read $args:ident, $field:ident, $default:expr) => {
        $args.optional(stringify!($field), || $default)
    };
}
pub(crate) use arguments;
