//! The order of a run: tests that one boot serves stand in one segment.

use yoe_model::{ImageTest, Sweep, TestBoot};

use super::device::Hardware;

/// Tests between two boots.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Segment<'t> {
    /// How the device came here from the segment before; the first one is switched on.
    pub boot: TestBoot,
    /// How many boots fail before the one that its tests run on.
    pub failed_boots: u32,
    /// Losses of power before it, at work of the first test's choice.
    pub sweep: Option<&'t Sweep>,
    /// What the device is like.
    pub hardware: Hardware,
    /// The tests, in order.
    pub tests: Vec<&'t ImageTest>,
}

/// Cuts tests into segments. The first one has the machine as it is, so it may hold no test.
pub(super) fn segments<'t>(tests: &[&'t ImageTest]) -> Vec<Segment<'t>> {
    let mut segments = vec![Segment {
        boot: TestBoot::Same,
        failed_boots: 0,
        sweep: None,
        hardware: Hardware::default(),
        tests: Vec::new(),
    }];
    for test in tests {
        let stays = test.boot == TestBoot::Same && test.failed_boots == 0 && test.sweep.is_none();
        let hardware = Hardware::of(test);
        match segments.last_mut() {
            Some(last) if stays && hardware == last.hardware => last.tests.push(test),
            _ => {
                // Other hardware, and losses of power, take another start; a clean one, unless the test says otherwise.
                let boot = if test.boot == TestBoot::Same { TestBoot::Reboot } else { test.boot };
                let (failed_boots, sweep) = (test.failed_boots, test.sweep.as_ref());
                segments.push(Segment { boot, failed_boots, sweep, hardware, tests: vec![test] });
            }
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use yoe_model::Size;

    use super::super::runner::tests::test;
    use super::*;

    #[test]
    fn a_boot_or_other_hardware_begins_a_segment() {
        let small = Some(Size(128 << 20));
        let sweep = Sweep { during: String::new(), cuts: 2, within: 1 };
        let tests = [
            test("a", ""),
            test("b", ""),
            ImageTest { boot: TestBoot::PowerCut, ..test("c", "") },
            ImageTest { memory: small, ..test("d", "") },
            ImageTest { memory: small, ..test("e", "") },
            ImageTest { memory: small, boot: TestBoot::Reboot, ..test("f", "") },
            test("g", ""),
            ImageTest { failed_boots: 2, ..test("h", "") },
            ImageTest { sweep: Some(sweep), ..test("i", "") },
            test("j", ""),
            ImageTest { battery: false, ..test("k", "") },
            ImageTest { battery: false, ..test("l", "") },
        ];
        let found: Vec<_> = segments(&tests.iter().collect::<Vec<_>>())
            .into_iter()
            .map(|segment| {
                let names: String = segment.tests.iter().map(|test| test.name.as_str()).collect();
                (segment.boot, segment.hardware.memory, names)
            })
            .collect();
        let expected = [
            (TestBoot::Same, None, "ab"),
            (TestBoot::PowerCut, None, "c"),
            (TestBoot::Reboot, small, "de"),
            (TestBoot::Reboot, small, "f"),
            (TestBoot::Reboot, None, "g"),
            (TestBoot::Reboot, None, "h"),
            (TestBoot::Reboot, None, "ij"),
            (TestBoot::Reboot, None, "kl"),
        ];
        assert_eq!(found, expected.map(|(boot, memory, names)| (boot, memory, names.to_owned())));
    }

    #[test]
    fn a_run_begins_with_a_boot_of_its_own() {
        let tests = [ImageTest { boot: TestBoot::Reboot, ..test("a", "") }];
        let found = segments(&tests.iter().collect::<Vec<_>>());
        assert_eq!(found.iter().map(|segment| segment.tests.len()).collect::<Vec<_>>(), [0, 1]);
    }
}
