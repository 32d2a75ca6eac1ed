//! The Rust types that Starlark sees. They stand together because deriving what Starlark's value model asks for expands
//! to `unsafe impl`.
#![allow(
    unsafe_code,
    reason = "SAFETY: none is written here; ProvidesStaticType is derived for types without lifetimes"
)]

use std::fmt;

use allocative::Allocative;
use starlark::eval::{Arguments, Evaluator};
use starlark::values::{
    NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value, starlark_value,
};

use crate::builtins::{Entry, call, multiply, range};
use crate::definitions::Part;
use crate::session::Session;

/// A part of a definition. It has no fields and no operators: it can be kept and passed on.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(crate) struct PartValue(#[allocative(skip)] pub(crate) Part);
starlark::starlark_simple_value!(PartValue);

impl fmt::Display for PartValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0.kind())
    }
}

#[starlark_value(type = "part")]
impl<'v> StarlarkValue<'v> for PartValue {}

/// A function of ours.
#[derive(Debug, Clone, Copy, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(crate) enum Function {
    /// A builtin.
    Builtin(#[allocative(skip)] &'static Entry),
    /// The operator `*`.
    Multiply,
    /// `range`.
    Range,
}
starlark::starlark_simple_value!(Function);

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Function::Builtin(entry) => entry.name,
            Function::Multiply => multiply::NAME,
            Function::Range => "range",
        };
        write!(f, "<function {name}>")
    }
}

#[starlark_value(type = "function")]
impl<'v> StarlarkValue<'v> for Function {
    fn invoke(
        &self,
        _me: Value<'v>,
        arguments: &Arguments<'v, '_>,
        evaluator: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        match self {
            Function::Builtin(entry) => call::invoke(entry, arguments, evaluator),
            Function::Multiply => multiply::invoke(arguments, evaluator),
            Function::Range => range::invoke(arguments, evaluator),
        }
    }
}

/// What an evaluator carries for the builtins.
#[derive(Debug, ProvidesStaticType)]
pub(crate) struct Extra(pub(crate) Session);

/// The session of the file that is evaluated.
pub(crate) fn session<'a>(evaluator: &Evaluator<'_, 'a, '_>) -> Option<&'a Session> {
    evaluator.extra.and_then(|extra| extra.downcast_ref::<Extra>()).map(|extra| &extra.0)
}
