//! `workload`.

use std::collections::BTreeMap;

use yoe_model::{Size, WorkloadImage};

use crate::arguments::numbers::Whole;
use crate::arguments::paths::OwnPath;
use crate::arguments::text::{Line, Name};
use crate::arguments::version::PublishedVersion;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Definition, Made, Part, WorkloadDraft};
use crate::session::FileKind;

arguments! {
    /// Containers as a part of a device: a Compose file and its images, which an image() brings along and the device runs from
    /// its first start on, without a network. They are updated and taken back with the image; their volumes stay.
    ///
    /// Its files lie in the directory next to the `.star` file that has its name, as a unit's do; all of them are on the device.
    "workload" => pub(crate) struct Arguments {
        /// The name, unique in the project. On a device it is the Compose project's, unless the Compose file has a `name`: a
        /// version of it that is another workload of the project has the same `name` there.
        name: Name,
        /// Its own version. With one it can be updated apart from the system, by `yoe bundle --workload`; what runs on a device is
        /// the newer one of the system's and of those that came apart from it.
        version: Option<PublishedVersion> = None,
        /// The Compose file, below the workload's directory. It is read as it is: what devices do not support is a mistake.
        compose: OwnPath = OwnPath("compose.yaml".to_owned()),
        /// The images of its services, by the service or by what the Compose file calls the image: `oci("NAME")` of this project,
        /// `oci_registry("NAME")` of a registry.
        images: BTreeMap<Line, Made<WorkloadImage>>,
        /// Whether a new version of the device is good only when all its services run and are healthy.
        required: bool = true,
        /// The most that its volumes hold, by their names. Asked for where a budget names the smallest disk.
        volumes: BTreeMap<Line, Size> = BTreeMap::new(),
        /// The number of the form in which it keeps what its volumes hold. Raise it with a version that changes the form so that older
        /// versions could not read it: a device copies the volumes before that version starts, and an older version gets the
        /// copy back; without a copy it is refused. Without a number every version reads what any other wrote.
        data_version: Option<Whole<1, 1_000_000>> = None,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = Some(FileKind::Image);

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let value = WorkloadDraft {
            name: self.name.into(),
            version: self.version.map(String::from),
            compose: self.compose.into(),
            images: self.images.into_iter().map(|(name, image)| (name.into(), image)).collect(),
            required: self.required,
            volumes: self.volumes.into_iter().map(|(name, size)| (name.into(), size)).collect(),
            data_version: self.data_version.map(|number| number.0),
            files: Vec::new(),
            directory: String::new(),
            read: None,
        };
        call.session.define(Definition::Workload(Box::new(Made { value, site: call.site.clone() })));
        None
    }
}
