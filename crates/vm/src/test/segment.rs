//! The order of a run: tests that one boot serves stand in one segment.

use yoe_model::{ImageTest, Size, Sweep, TestBoot};

/// Tests between two boots.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Segment<'t> {
    /// How the device came here from the segment before; the first one is switched on.
    pub boot: TestBoot,
    /// How many boots fail before the one that its tests run on.
    pub failed_boots: u32,
    /// Losses of power before it, at work of the first test's choice.
    pub sweep: Option<&'t Sweep>,
    /// Its memory; the machine's when absent.
    pub memory: Option<Size>,
    /// The tests, in order.
    pub tests: Vec<&'t ImageTest>,
}

/// Cuts tests into segments. The first one has the machine's own memory, so it may hold no test.
pub(super) fn segments<'t>(tests: &[&'t ImageTest]) -> Vec<Segment<'t>> {
    let mut segments =
        vec![Segment { boot: TestBoot::Same, failed_boots: 0, sweep: None, memory: None, tests: Vec::new() }];
    for test in tests {
        let stays = test.boot == TestBoot::Same && test.failed_boots == 0 && test.sweep.is_none();
        match segments.last_mut() {
            Some(last) if stays && test.memory == last.memory => last.tests.push(test),
            _ => {
                // Other memory, and losses of power, take another start; a clean one, unless the test says otherwise.
                let boot = if test.boot == TestBoot::Same { TestBoot::Reboot } else { test.boot };
                let (failed_boots, sweep, memory) = (test.failed_boots, test.sweep.as_ref(), test.memory);
                segments.push(Segment { boot, failed_boots, sweep, memory, tests: vec![test] });
            }
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::super::runner::tests::test;
    use super::*;

    #[test]
    fn a_boot_or_other_memory_begins_a_segment() {
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
        ];
        let found: Vec<_> = segments(&tests.iter().collect::<Vec<_>>())
            .into_iter()
            .map(|segment| {
                let names: String = segment.tests.iter().map(|test| test.name.as_str()).collect();
                (segment.boot, segment.memory, names)
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
