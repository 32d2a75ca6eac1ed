//! How long a run may take.

use std::time::Duration;

use yoe_model::ImageTest;

use super::segment::segments;
use crate::error::TestbedError;
use yoe_vm::Accel;

/// How long a run may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// From a start to a shell.
    pub boot: Duration,
    /// From the wish to be off to being off.
    pub power_off: Duration,
    /// From the first start to the last test's end. The power-off has its own limit beyond it.
    pub total: Duration,
    /// From the first start until no further test begins; absent where all are to run.
    pub budget: Option<Duration>,
    /// What a boot takes on a host for which the other limits, and those of tests, are made.
    pub usual_boot: Duration,
    /// How many times as long as its own limit a test may take; 1 until a slower device was seen.
    pub patience: f64,
}

impl Default for Limits {
    /// Enough for emulation on a busy host.
    fn default() -> Self {
        Self {
            boot: Accel::Tcg.boots_within(),
            power_off: Duration::from_secs(90),
            total: Duration::from_secs(1800),
            budget: None,
            usual_boot: Accel::Tcg.usual_boot(),
            patience: 1.0,
        }
    }
}

impl Limits {
    /// The default, with as much time as these tests may take one by one, and a boot's time by what runs the device.
    pub fn of(tests: &[ImageTest], accel: Accel) -> Self {
        let (boot, usual_boot) = (accel.boots_within(), accel.usual_boot());
        let this = Self { boot, usual_boot, ..Self::default() };
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

/// A device that takes longer than this many usual boots is stuck rather than slow.
const MOST_PATIENCE: f64 = 10.0;

impl Limits {
    /// The limits for a device whose first boot took so long: how slow its processor is emulated, and how busy the host is, shows
    /// there. All grow alike; none shrinks. A budget is a person's and stays.
    pub fn stretched(self, first_boot: Duration) -> Self {
        let slower = first_boot.as_secs_f64() / self.usual_boot.as_secs_f64();
        let patience = slower.clamp(1.0, MOST_PATIENCE);
        let longer = |limit: Duration| {
            Duration::try_from_secs_f64(limit.as_secs_f64() * patience).unwrap_or(Duration::MAX)
        };
        Self {
            boot: longer(self.boot),
            power_off: longer(self.power_off),
            total: longer(self.total),
            patience,
            ..self
        }
    }

    /// How long a test may take whose own limit is this, in seconds.
    pub fn test(self, seconds: u32) -> Duration {
        Duration::from_secs(seconds.into()).mul_f64(self.patience)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_first_boot_stretches_every_limit_and_a_quick_one_none() {
        let limits = Limits { budget: Some(Duration::from_secs(7)), ..Limits::of(&[], Accel::Tcg) };
        assert_eq!(limits.stretched(Duration::from_secs(11)), limits);
        let slow = limits.stretched(Duration::from_secs(90));
        assert_eq!((slow.boot, slow.power_off), (limits.boot * 3 / 2, limits.power_off * 3 / 2));
        assert_eq!((slow.total, slow.budget), (limits.total * 3 / 2, limits.budget));
        assert_eq!((limits.test(60), slow.test(60)), (Duration::from_secs(60), Duration::from_secs(90)));
        assert_eq!(limits.stretched(Duration::from_secs(100_000)).patience, MOST_PATIENCE);
        let kvm = Limits::of(&[], Accel::Kvm).stretched(Duration::from_secs(36));
        assert_eq!(kvm.boot, Accel::Kvm.boots_within() * 3 / 2);
        let endless = Limits { boot: Duration::MAX, ..limits };
        assert_eq!(endless.stretched(Duration::from_secs(120)).boot, Duration::MAX);
    }
}
