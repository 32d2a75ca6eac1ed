//! How long a run may take.

use std::time::Duration;

use yoe_model::ImageTest;

use super::segment::segments;
use crate::error::TestbedError;
use yoe_vm::Accel;

/// How long a run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From a start to a shell.
    pub boot: Duration,
    /// From the wish to be off to being off.
    pub power_off: Duration,
    /// From the first start to the last test's end. The power-off has its own limit beyond it.
    pub total: Duration,
    /// From the first start until no further test begins; absent where all are to run.
    pub budget: Option<Duration>,
}

impl Default for Limits {
    /// Enough for emulation on a busy host.
    fn default() -> Self {
        Self {
            boot: Accel::Tcg.boots_within(),
            power_off: Duration::from_secs(90),
            total: Duration::from_secs(1800),
            budget: None,
        }
    }
}

impl Limits {
    /// The default, with as much time as these tests may take one by one, and a boot's time by what runs the device.
    pub fn of(tests: &[ImageTest], accel: Accel) -> Self {
        let this = Self { boot: accel.boots_within(), ..Self::default() };
        let boots = segments(&tests.iter().collect::<Vec<_>>()).len();
        let cuts = |test: &ImageTest| test.sweep.as_ref().map_or(0, |sweep| sweep.cuts);
        let boots = u32::try_from(boots).unwrap_or(u32::MAX).saturating_add(tests.iter().map(cuts).sum());
        let boots = (this.boot + this.power_off) * boots;
        let times = tests.iter().map(|test| {
            let work = test.sweep.as_ref().map_or(0, |sweep| u64::from(sweep.within) * u64::from(sweep.cuts));
            u64::from(test.timeout) * (1 + u64::from(cuts(test))) + work
        });
        Self { total: this.total.max(boots + Duration::from_secs(times.sum())), ..this }
    }
}

/// Whether a test cuts the power at random moments.
pub fn has_sweep(tests: &[ImageTest]) -> bool {
    tests.iter().any(|test| test.sweep.is_some())
}

/// Has every sweep among an image's tests cut the power so often.
///
/// # Errors
/// When there is no sweep.
pub fn set_cuts(image: &str, tests: &mut [ImageTest], cuts: u32) -> Result<(), TestbedError> {
    if !has_sweep(tests) {
        return Err(TestbedError::NoSweep(image.to_owned()));
    }
    tests.iter_mut().filter_map(|test| test.sweep.as_mut()).for_each(|sweep| sweep.cuts = cuts);
    Ok(())
}
