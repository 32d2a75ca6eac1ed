//! The fault lab: faults that devices meet in the field, for any image with workloads, without a test of the user's.
//!
//! Each fault is a few tests. They mark every volume, bring the fault about, and ask afterwards whether all workloads are healthy
//! again and all marks are there. Which faults, and in which order, is drawn from a seed; so are the moments of losses of power.

mod catalogue;
mod script;

use yoe_model::{Image, ImageTest, Origin, Sweep, TestBoot};

use self::catalogue::{CATALOGUE, Fault, Kind};
use crate::draw::drawn;
use crate::error::TestbedError;

/// Seconds until all workloads must be healthy again: emulation on a busy host takes its time.
const PATIENCE: u32 = 1500;

/// The tests of this many faults.
///
/// # Errors
/// When the image has no workloads: nothing says when it is well.
pub fn faults(image: &Image, seed: u64, count: u32) -> Result<Vec<ImageTest>, TestbedError> {
    if image.workloads.is_empty() {
        return Err(TestbedError::NoWorkloads(image.name.clone()));
    }
    let possible: Vec<&Fault> =
        CATALOGUE.iter().filter(|fault| !fault.updates || !image.releases.is_empty()).collect();
    let release = image.releases.first().map(|release| release.version.as_str());
    let mut tests = vec![script::well(&image.origin)];
    let mut left: Vec<&Fault> = Vec::new();
    for number in 1..=count {
        if left.is_empty() {
            left = possible.clone();
        }
        let fault = left.swap_remove((drawn(seed, number, 0) % left.len() as u64) as usize);
        tests.extend(Numbered { number, fault, release, origin: &image.origin }.tests());
    }
    Ok(tests)
}

/// A fault and which one it is.
struct Numbered<'a> {
    number: u32,
    fault: &'a Fault,
    /// The version that is installed, where one is.
    release: Option<&'a str>,
    origin: &'a Origin,
}

impl Numbered<'_> {
    fn tests(&self) -> Vec<ImageTest> {
        let work = self.fault.work.replace("@RELEASE@", self.release.unwrap_or_default());
        // The fault before it may have ended with a start of the device.
        let marked = [script::HEALTHY, script::MARK].join("\n");
        match self.fault.kind {
            Kind::Here => {
                let run = [&marked, &work, self.fault.undo, script::HEALTHY, script::KEPT].join("\n");
                vec![self.test("", TestBoot::Same, &run)]
            }
            Kind::Boot(boot) => {
                let prepare = [marked, work].join("\n");
                let check = [self.fault.undo, script::HEALTHY, script::KEPT].join("\n");
                vec![self.test(": prepared", TestBoot::Same, &prepare), self.test("", boot, &check)]
            }
            Kind::NoBattery => {
                let check = [script::HEALTHY, script::KEPT].join("\n");
                let prepare = self.test(": prepared", TestBoot::Same, &marked);
                vec![prepare, ImageTest { battery: false, ..self.test("", TestBoot::Reboot, &check) }]
            }
            Kind::Cut { within } => {
                // Before the loss everything is well and marked; after it, well and kept.
                let healthy = script::HEALTHY;
                let check = format!(
                    "{healthy}\nif [ \"$cut\" = 0 ]; then\n{}\nelse\n{}\nfi",
                    script::MARK,
                    script::KEPT
                );
                vec![self.swept(&check, &work, within)]
            }
            Kind::FirstStart { within } => {
                let forget = self.test(": prepared", TestBoot::Same, &work);
                // The loss comes while it starts for the first time, so nothing is asked before.
                let check = format!("if [ \"$cut\" != 0 ]; then\n{}\nfi", script::HEALTHY);
                vec![forget, self.swept(&check, script::HEALTHY, within)]
            }
        }
    }

    fn test(&self, step: &str, boot: TestBoot, run: &str) -> ImageTest {
        let name = format!("fault {}: {}{step}", self.number, self.fault.name);
        let run = format!("fault={}\n{}\n{run}", self.number, script::BEGIN);
        ImageTest { timeout: PATIENCE, boot, ..ImageTest::new(name, run, self.origin.clone()) }
    }

    fn swept(&self, check: &str, during: &str, within: u32) -> ImageTest {
        let during = format!("{}\n{during}\nexec sleep 100000", script::BEGIN);
        let sweep = Sweep { during, cuts: 1, within };
        ImageTest { sweep: Some(sweep), ..self.test("", TestBoot::Reboot, check) }
    }
}

#[cfg(test)]
mod tests;
