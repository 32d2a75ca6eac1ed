//! The builtins: one file each, every one a table of arguments and what it makes of them.

mod audit;
mod budget;
pub(crate) mod call;
mod container;
mod crate_source;
mod debian_package;
mod debian_source;
mod disk;
mod git;
mod go_module;
mod https;
mod image;
mod install_file;
mod install_template;
mod kconfig_check;
mod kernel;
mod license_policy;
mod machine;
mod measure;
mod module;
mod module_ref;
pub(crate) mod multiply;
mod oci;
mod oci_image;
mod oci_registry;
mod override_unit;
mod path;
mod policy;
mod project;
mod publisher;
mod qemu;
pub(crate) mod range;
mod reach;
mod registry;
mod release;
mod service;
mod sweep;
mod symlink;
mod task;
mod test;
mod unit;
mod user;
mod verified_ab;
mod vex;
mod workload;

use std::sync::LazyLock;

use starlark::environment::{Globals, GlobalsBuilder, LibraryExtension};
use starlark::values::structs::AllocStruct;
use yoe_model::Machine;

use crate::arguments::{Args, Call, Field};
use crate::definitions::Part;
use crate::session::FileKind;
use crate::values::Function;

/// The table of a builtin's arguments; written by the `arguments` macro.
pub(crate) trait Table: Sized {
    /// Its name.
    const NAME: &'static str;

    /// Its description.
    fn doc() -> String;

    /// Its rows.
    fn fields() -> Vec<Field>;

    /// Reads all arguments; absent when problems were reported.
    fn read(args: &Args<'_, '_>) -> Option<Self>;
}

/// A builtin.
pub(crate) trait Builtin: Table {
    /// The kind of file that it defines things in; absent when it makes a part of a definition.
    const HOME: Option<FileKind>;

    /// Makes the part, or records the definition. Absent when problems were reported.
    fn make(self, call: &Call<'_>) -> Option<Part>;
}

/// A builtin without its types.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) home: Option<FileKind>,
    pub(crate) doc: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) run: fn(&Args<'_, '_>, &Call<'_>) -> Option<Part>,
    /// Reads without making, when some argument is wrong already: it reports what else is wrong.
    pub(crate) check: fn(&Args<'_, '_>),
}

impl Entry {
    fn of<B: Builtin>() -> Self {
        Self {
            name: B::NAME,
            home: B::HOME,
            doc: B::doc(),
            fields: B::fields(),
            run: |args, call| B::read(args)?.make(call),
            check: |args| {
                B::read(args);
            },
        }
    }
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    vec![
        Entry::of::<project::Arguments>(),
        Entry::of::<publisher::Arguments>(),
        Entry::of::<module_ref::Arguments>(),
        Entry::of::<module::Arguments>(),
        Entry::of::<container::Arguments>(),
        Entry::of::<machine::Arguments>(),
        Entry::of::<kernel::Arguments>(),
        Entry::of::<qemu::Arguments>(),
        Entry::of::<unit::Arguments>(),
        Entry::of::<override_unit::Arguments>(),
        Entry::of::<vex::Arguments>(),
        Entry::of::<task::Arguments>(),
        Entry::of::<install_file::Arguments>(),
        Entry::of::<install_template::Arguments>(),
        Entry::of::<symlink::Arguments>(),
        Entry::of::<kconfig_check::Arguments>(),
        Entry::of::<debian_package::Arguments>(),
        Entry::of::<debian_source::Arguments>(),
        Entry::of::<git::Arguments>(),
        Entry::of::<go_module::Arguments>(),
        Entry::of::<crate_source::Arguments>(),
        Entry::of::<path::Arguments>(),
        Entry::of::<https::Arguments>(),
        Entry::of::<service::Arguments>(),
        Entry::of::<image::Arguments>(),
        Entry::of::<user::Arguments>(),
        Entry::of::<disk::Arguments>(),
        Entry::of::<verified_ab::Arguments>(),
        Entry::of::<budget::Arguments>(),
        Entry::of::<audit::Arguments>(),
        Entry::of::<license_policy::Arguments>(),
        Entry::of::<policy::Arguments>(),
        Entry::of::<test::Arguments>(),
        Entry::of::<reach::Arguments>(),
        Entry::of::<measure::Arguments>(),
        Entry::of::<sweep::Arguments>(),
        Entry::of::<registry::Arguments>(),
        Entry::of::<release::Arguments>(),
        Entry::of::<oci_image::Arguments>(),
        Entry::of::<workload::Arguments>(),
        Entry::of::<oci::Arguments>(),
        Entry::of::<oci_registry::Arguments>(),
    ]
});

/// All builtins, in the order of the reference.
pub(crate) fn all() -> &'static [Entry] {
    &ENTRIES
}

/// What every file sees. `ctx` is bound once the machine is chosen.
pub(crate) fn globals(machine: Option<&Machine>) -> Globals {
    // `struct()`, and `json.encode()` for files that programs of a device read.
    let mut builder = GlobalsBuilder::extended_by(&[LibraryExtension::StructType, LibraryExtension::Json]);
    for entry in all() {
        builder.set(entry.name, Function::Builtin(entry));
    }
    builder.set(multiply::NAME, Function::Multiply);
    builder.set("range", Function::Range);
    if let Some(machine) = machine {
        builder
            .set("ctx", AllocStruct([("arch", machine.arch.as_str()), ("machine", machine.name.as_str())]));
    }
    builder.build()
}
