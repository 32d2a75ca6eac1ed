//! What `yoe test` does with a booted image. Nothing of it enters a key: it changes no image.

use std::collections::BTreeMap;

use crate::{Origin, Size};

/// One assertion on the booted image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageTest {
    /// Unique within its image.
    pub name: String,
    /// Shell text, run as root on the device.
    pub run: String,
    /// Text that its standard output must contain.
    pub expect: Option<String>,
    /// The exit status it must end with.
    pub status: u32,
    /// Seconds until it counts as failed.
    pub timeout: u32,
    /// What becomes of the device before it.
    pub boot: TestBoot,
    /// How many boots fail before the one that it runs on.
    pub failed_boots: u32,
    /// Memory of the device while it runs; the machine's when absent.
    pub memory: Option<Size>,
    /// Whether the device's clock goes on while it is off. Without a battery it starts in the year 2000.
    pub battery: bool,
    /// What the host must then reach.
    pub reach: Option<Reach>,
    /// The figure that it yields.
    pub measure: Option<Measure>,
    /// Losses of power that it must outlive first.
    pub sweep: Option<Sweep>,
    /// Where it was written.
    pub origin: Origin,
}

impl ImageTest {
    /// A test that asks nothing but that `run` succeeds within a minute, on a device as it is.
    pub fn new(name: impl Into<String>, run: impl Into<String>, origin: Origin) -> Self {
        Self {
            name: name.into(),
            run: run.into(),
            expect: None,
            status: 0,
            timeout: 60,
            boot: TestBoot::Same,
            failed_boots: 0,
            memory: None,
            battery: true,
            reach: None,
            measure: None,
            sweep: None,
            origin,
        }
    }
}

/// What becomes of the device before a test. Its disk keeps what was written to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TestBoot {
    /// It goes on as the test before left it.
    #[default]
    Same,
    /// It is asked to restart.
    Reboot,
    /// It loses its power and gets it back.
    PowerCut,
    /// It resets itself: by a panic, by a watchdog.
    Reset,
}

impl TestBoot {
    /// All of them.
    pub const ALL: [TestBoot; 4] = [TestBoot::Same, TestBoot::Reboot, TestBoot::PowerCut, TestBoot::Reset];

    /// As a definition names it.
    pub fn as_str(self) -> &'static str {
        match self {
            TestBoot::Same => "same",
            TestBoot::Reboot => "reboot",
            TestBoot::PowerCut => "power-cut",
            TestBoot::Reset => "reset",
        }
    }
}

/// A TCP port of the device that the host must reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The port on the device.
    pub port: u16,
    /// The path that is asked for by HTTP; absent for a service that speaks first.
    pub path: Option<String>,
    /// Text that the answer must contain.
    pub expect: Option<String>,
}

/// A figure that a test yields: the number that its standard output ends with, unless the unit says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// What it is called in reports.
    pub name: String,
    /// What it counts.
    pub unit: MeasureUnit,
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureUnit {
    /// Bytes.
    Bytes,
    /// Seconds that something took.
    Seconds,
    /// Seconds that the test took, by the host's clock; what it printed does not count.
    Elapsed,
    /// A moment, as the first number of /proc/uptime; reports show it in seconds since the machine was started.
    Uptime,
    /// Anything else.
    Count,
}

impl MeasureUnit {
    /// All of them.
    pub const ALL: [MeasureUnit; 5] = [
        MeasureUnit::Bytes,
        MeasureUnit::Seconds,
        MeasureUnit::Elapsed,
        MeasureUnit::Uptime,
        MeasureUnit::Count,
    ];

    /// As a definition names it.
    pub fn as_str(self) -> &'static str {
        match self {
            MeasureUnit::Bytes => "bytes",
            MeasureUnit::Seconds => "seconds",
            MeasureUnit::Elapsed => "elapsed",
            MeasureUnit::Uptime => "uptime",
            MeasureUnit::Count => "count",
        }
    }
}

/// Losses of power at random moments of some work. Before each of them, and after the last, the test that it belongs to
/// says whether everything that the work had reported is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sweep {
    /// The work: shell text, run as root on the device.
    pub during: String,
    /// How often the power is cut.
    pub cuts: u32,
    /// Seconds from the work's start in which it is cut.
    pub within: u32,
}

/// A registry that serves OCI images over TLS while an image is tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// The container that holds the registry and its client.
    pub container: String,
    /// Names of the OCI images that it serves.
    pub images: Vec<String>,
    /// Names of those that it serves, from another address, to who logs in.
    pub private: Vec<String>,
    /// Of those that it serves to everybody, which it serves a signature of, each with the name that was signed.
    pub signed: BTreeMap<String, String>,
    /// The private key that signs, as PEM: a key of a test, which is worth nothing.
    pub signer: Option<String>,
}
