//! Arguments that are one of a few words.

use starlark::values::Value;
use yoe_model::{
    Arch, Children, Etc, HoleLevel, Init, Justification, MeasureUnit, PolicyDefault, Restart, RootFormat,
    Scope, ServiceKind, Signal, TestBoot, VexStatus,
};

use super::{Argument, At};
use crate::near;
use crate::problem::Problem;

/// Reads one of these words.
fn read<T: Copy>(value: Value<'_>, at: &At<'_>, all: &[T], word: fn(T) -> &'static str) -> Option<T> {
    let expected = expected(all, word);
    let text = value.unpack_str().or_else(|| at.wrong_type(value, expected.clone()))?;
    all.iter().copied().find(|choice| word(*choice) == text).or_else(|| {
        let message = format!("`{}` cannot be {text:?}", at.field);
        let hint = near::nearest(text, all.iter().map(|choice| word(*choice)))
            .map(|near| format!("did you mean {near:?}?"));
        at.fail(Problem::error(at.text(text), message).expected(expected).maybe_hint(hint))
    })
}

fn expected<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> String {
    choices(all, word).join(" or ")
}

fn choices<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<String> {
    all.iter().map(|choice| format!("{:?}", word(*choice))).collect()
}

macro_rules! choice {
    ($type:ty, $all:expr) => {
        impl Argument for $type {
            fn expected() -> String {
                expected(&$all, <$type>::as_str)
            }

            fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
                read(value, at, &$all, <$type>::as_str)
            }

            fn choices() -> Vec<String> {
                choices(&$all, <$type>::as_str)
            }

            fn show(&self) -> String {
                format!("{:?}", self.as_str())
            }
        }
    };
}

choice!(Scope, [Scope::Arch, Scope::Machine, Scope::NoArch]);
choice!(Restart, [Restart::Always, Restart::OnFailure, Restart::Never]);
choice!(ServiceKind, [ServiceKind::Daemon, ServiceKind::Task]);
choice!(Children, [Children::End, Children::Stay]);
choice!(Signal, Signal::ALL);
choice!(Init, Init::ALL);
choice!(Etc, Etc::ALL);
choice!(PolicyDefault, PolicyDefault::ALL);
choice!(TestBoot, TestBoot::ALL);
choice!(MeasureUnit, MeasureUnit::ALL);
choice!(VexStatus, VexStatus::ALL);
choice!(HoleLevel, HoleLevel::ALL);
choice!(Justification, Justification::ALL);
choice!(RootFormat, [RootFormat::Erofs, RootFormat::Ext4]);

impl Argument for Arch {
    fn expected() -> String {
        expected(&Arch::ALL, Arch::as_str)
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        let by_either_name = value.unpack_str().and_then(|text| text.parse().ok());
        by_either_name.or_else(|| read(value, at, &Arch::ALL, Arch::as_str))
    }

    fn choices() -> Vec<String> {
        choices(&Arch::ALL, Arch::as_str)
    }

    fn show(&self) -> String {
        format!("{:?}", self.as_str())
    }
}

/// A resource limit by its name in setrlimit(2), without `RLIMIT_`, in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Resource(&'static str);

const RESOURCES: [Resource; 16] = [
    Resource("as"),
    Resource("core"),
    Resource("cpu"),
    Resource("data"),
    Resource("fsize"),
    Resource("locks"),
    Resource("memlock"),
    Resource("msgqueue"),
    Resource("nice"),
    Resource("nofile"),
    Resource("nproc"),
    Resource("rss"),
    Resource("rtprio"),
    Resource("rttime"),
    Resource("sigpending"),
    Resource("stack"),
];

impl Resource {
    /// The name.
    pub(crate) fn as_str(self) -> &'static str {
        self.0
    }
}

impl Argument for Resource {
    fn expected() -> String {
        "the name of a resource limit, such as \"nofile\"".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        read(value, at, &RESOURCES, Resource::as_str)
    }

    fn choices() -> Vec<String> {
        choices(&RESOURCES, Resource::as_str)
    }
}
