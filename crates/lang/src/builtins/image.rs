//! `image`.

use std::collections::BTreeMap;

use yoe_model::{
    AuditGate, Budget, Etc, Image, ImageTest, Init, Layout, LicensePolicy, Registry, Release, User,
};

use crate::arguments::accounts::Zone;
use crate::arguments::text::{CredentialName, HostName, Name, UnitName};
use crate::arguments::version::LooseVersion;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Definition, ImageDraft, Made, Part, PolicyDraft};
use crate::session::FileKind;

arguments! {
    /// What is assembled from packages and booted.
    "image" => pub(crate) struct Arguments {
        /// The name, unique in the project and apart from the names of units.
        name: Name,
        /// The version that the boot manager sorts by.
        version: LooseVersion = LooseVersion("0.1.0".to_owned()),
        /// The units whose packages it holds; what they need at run time is added.
        artifacts: Vec<UnitName>,
        /// How the disk is laid out.
        layout: Layout,
        /// The container that holds the image tools.
        container: Name,
        /// The container that holds systemd-boot; that of the image tools when none is named. Before version 258 it leaves a
        /// kernel image that does not start to the firmware, which may wait for somebody to press a key.
        boot_manager: Option<Name> = None,
        /// What `yoe test` boots and asserts.
        tests: Vec<Made<ImageTest>> = Vec::new(),
        /// Other versions of it, signed and served to the device by `yoe test`.
        releases: Vec<Made<Release>> = Vec::new(),
        /// A registry that `yoe test` runs next to the device.
        registry: Option<Made<Registry>> = None,
        /// Credentials that `yoe test` gives the device by name, such as the secrets of its workloads. They are in nothing that is built.
        test_credentials: BTreeMap<CredentialName, String> = BTreeMap::new(),
        /// The workloads that it brings along: containers that run from its first start on, without a network.
        workloads: Vec<Name> = Vec::new(),
        /// Which images of containers it may run, by who signed them. Without one it runs them all.
        policy: Option<Made<PolicyDraft>> = None,
        /// Limits that fail the build.
        budget: Option<Budget> = None,
        /// Which known holes may not be in what is handed out. It changes nothing that is built.
        audit: Option<AuditGate> = None,
        /// What is demanded of the licences of what is in it. It changes nothing that is built.
        licenses: Option<LicensePolicy> = None,
        /// Whether the texts of all licences are on the device, in `/usr/share/licenses/NOTICE.gz`. To make it, the sources of
        /// everything in the image must be there.
        notice: bool = false,
        /// The host name.
        hostname: HostName = HostName("yoe".to_owned()),
        /// The time zone of its clock's display, by name; its rules are those of the unit tzdata. A device can be given another.
        timezone: Option<Zone> = None,
        /// Accounts that its devices have.
        users: Vec<Made<User>> = Vec::new(),
        /// Runtimes that the kernel must be able to carry.
        kernel_contract: Vec<Name> = Vec::new(),
        /// What starts and supervises its services; the unit of that name belongs to `artifacts`.
        init: Init = Init::Finit,
        /// What becomes of changes to /etc on a device with a data partition: `"memory"` keeps the host name, people's
        /// accounts, registries' certificates, network addresses and the time zone over a restart, and forgets all that could
        /// decide which programs run; `"data"` keeps everything, for developers; `"none"` makes /etc read-only.
        etc: Etc = Etc::Memory,
        /// What it is, in one line.
        description: String = String::new(),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = Some(FileKind::Image);

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let (tests, sites) = self.tests.into_iter().map(|made| (made.value, made.site)).unzip();
        let (releases, release_sites) = self.releases.into_iter().map(|made| (made.value, made.site)).unzip();
        let (registry, registry_site) =
            self.registry.map_or((None, None), |made| (Some(made.value), Some(made.site)));
        let (users, user_sites) = self.users.into_iter().map(|made| (made.value, made.site)).unzip();
        let image = Image {
            name: self.name.into(),
            version: self.version.into(),
            description: self.description,
            artifacts: self.artifacts.into_iter().map(String::from).collect(),
            layout: self.layout,
            container: self.container.into(),
            boot_manager: self.boot_manager.map(String::from),
            tests,
            releases,
            registry,
            test_credentials: self
                .test_credentials
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
            workloads: self.workloads.into_iter().map(String::from).collect(),
            // Once its keys are read.
            policy: None,
            budget: self.budget,
            audit: self.audit,
            licenses: self.licenses,
            notice: self.notice,
            hostname: self.hostname.into(),
            timezone: self.timezone.map(String::from),
            users,
            kernel_contract: self.kernel_contract.into_iter().map(String::from).collect(),
            init: self.init,
            etc: self.etc,
            origin: call.site.origin(),
        };
        let value = ImageDraft {
            image,
            tests: sites,
            releases: release_sites,
            registry: registry_site,
            users: user_sites,
            policy: self.policy,
            files: Vec::new(),
            directory: String::new(),
        };
        call.session.define(Definition::Image(Made { value, site: call.site.clone() }));
        None
    }
}
