//! What one builtin made, as the argument of another.

use starlark::values::Value;
use yoe_model::{
    AuditGate, Budget, ImageTest, Kernel, Layout, LicensePolicy, Measure, Publisher, Qemu, Reach, Registry,
    Release, Service, SourceEntry, Step, Sweep, User, Vex, WorkloadImage,
};

use super::{Argument, At};
use crate::definitions::{Made, ModuleRef, Part, PolicyDraft, TaskParts};
use crate::problem::Problem;
use crate::values::PartValue;

/// Implements [`Argument`] for what one kind of part holds.
macro_rules! part {
    ($type:ty, $variant:ident, $expected:literal) => {
        impl Argument for $type {
            fn expected() -> String {
                $expected.to_owned()
            }

            fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
                match PartValue::from_value(value).map(|part| &part.0) {
                    Some(Part::$variant(part)) => Some(part.clone()),
                    Some(Part::Broken) => None,
                    Some(other) => wrong_part(other, at, Self::expected()),
                    None => at.wrong_type(value, Self::expected()),
                }
            }
        }
    };
}

/// Reports a part of another kind.
fn wrong_part<T>(part: &Part, at: &At<'_>, expected: String) -> Option<T> {
    let message = format!("{}() cannot take a {} for `{}`", at.call.builtin, part.kind(), at.field);
    at.fail(Problem::error(at.place(), message).expected(expected))
}

part!(Made<ModuleRef>, ModuleRef, "module_ref(…)");
part!(Publisher, Publisher, "publisher(…)");
part!(Made<Kernel>, Kernel, "kernel(…)");
part!(Made<Qemu>, Qemu, "qemu(…)");
part!(Made<TaskParts>, Task, "task(…)");
part!(
    Made<SourceEntry>,
    Source,
    "debian_source(…), debian_package(…), git(…), go_module(…), crate(…), path(…) or https(…)"
);
part!(Made<Service>, Service, "service(…)");
part!(Layout, Layout, "a layout: disk(…) or verified_ab(…)");
part!(Budget, Budget, "budget(…)");
part!(AuditGate, Audit, "audit(…)");
part!(LicensePolicy, LicensePolicy, "license_policy(…)");
part!(Made<PolicyDraft>, Policy, "policy(…)");
part!(Made<ImageTest>, Test, "test(…)");
part!(Reach, Reach, "reach(…)");
part!(Measure, Measure, "measure(…)");
part!(Sweep, Sweep, "sweep(…)");
part!(Made<Registry>, Registry, "registry(…)");
part!(Made<Release>, Release, "release(…)");
part!(Made<User>, User, "user(…)");
part!(Vex, Vex, "vex(…)");
part!(Made<WorkloadImage>, WorkloadImage, "oci(…) or oci_registry(…)");

impl Argument for Made<Step> {
    fn expected() -> String {
        "a step (shell text, install_file, install_template, symlink or kconfig_check)".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        match PartValue::from_value(value).map(|part| &part.0) {
            Some(Part::Step(step)) => Some(step.clone()),
            Some(Part::Broken) => None,
            Some(other) => wrong_part(other, at, Self::expected()),
            None if value.unpack_str().is_some() => {
                let text = String::read(value, at)?;
                Some(Made { value: Step::Shell(text), site: at.call.site.clone() })
            }
            None => at.wrong_type(value, Self::expected()),
        }
    }
}
