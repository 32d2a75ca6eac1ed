//! What a run leaves behind for reports, as JSON.

use serde::{Deserialize, Serialize};
use yoe_model::{ImageTest, Size};

use super::report::Figure;
use super::report::{Boot, Outcome, Summary};
use yoe_vm::Accel;

/// What a run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Which image was tested: the digest of its tree.
    pub image: String,
    /// What ran the device's instructions. Times of one kind say nothing about the other.
    #[serde(default)]
    pub accel: Accel,
    /// Memory of the device in bytes where a test chose none.
    pub memory: u64,
    /// Each boot, in the order of the run.
    pub boots: Vec<BootRecord>,
    /// Each test, in the order of the run.
    pub tests: Vec<TestRecord>,
    /// What tests measured.
    pub figures: Vec<Figure>,
}

/// One boot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BootRecord {
    /// Memory of the device in bytes, where a test chose it.
    pub memory: Option<u64>,
    /// How long it took to get where.
    pub milestones: Vec<Moment>,
}

/// A moment of a boot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// What was reached.
    pub name: String,
    /// Seconds since the machine was started.
    pub seconds: f64,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestRecord {
    /// Its name.
    pub name: String,
    /// `passed`, `failed` or `skipped`.
    pub outcome: String,
    /// Seconds that it took.
    pub seconds: f64,
    /// Memory of the device in bytes, where the test chose it.
    pub memory: Option<u64>,
}

impl Record {
    /// The text that is kept.
    ///
    /// # Errors
    /// When a figure cannot be written as a number in JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Reads it back.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The smallest memory in which a test that chose it passed.
    pub fn smallest_memory(&self) -> Option<&TestRecord> {
        let passed = self.tests.iter().filter(|test| test.outcome == Outcome::Passed.as_str());
        passed.filter(|test| test.memory.is_some()).min_by_key(|test| test.memory)
    }
}

impl Summary {
    /// The record of a run of these tests, on a device with this memory where they chose none.
    pub fn record(&self, image: String, accel: Accel, memory: Size, tests: &[ImageTest]) -> Record {
        let chosen = |name: &str| {
            let test = tests.iter().find(|test| test.name == name);
            test.and_then(|test| test.memory).map(|size| size.0)
        };
        let tests = self.results.iter().map(|result| TestRecord {
            name: result.name.clone(),
            outcome: result.outcome.as_str().to_owned(),
            seconds: rounded(result.seconds),
            memory: chosen(&result.name),
        });
        Record {
            image,
            accel,
            memory: memory.0,
            boots: self.boots.iter().map(boot).collect(),
            tests: tests.collect(),
            figures: self.figures.clone(),
        }
    }
}

fn boot(boot: &Boot) -> BootRecord {
    let milestones = boot.milestones.iter();
    let moment = |name: &str, seconds| Moment { name: name.to_owned(), seconds: rounded(seconds) };
    let milestones = milestones.map(|milestone| moment(milestone.name, milestone.seconds)).collect();
    BootRecord { memory: boot.memory, milestones }
}

/// Milliseconds are as exact as a serial console is.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(name: &str, outcome: &str, memory: Option<u64>) -> TestRecord {
        TestRecord { name: name.into(), outcome: outcome.into(), seconds: 1.0, memory }
    }

    #[test]
    fn the_smallest_memory_is_that_of_a_test_that_passed() {
        let tests = vec![
            test("a", "passed", None),
            test("b", "failed", Some(64)),
            test("c", "passed", Some(256)),
            test("d", "passed", Some(128)),
        ];
        let record = Record {
            image: "x".into(),
            accel: Accel::Kvm,
            memory: 512,
            boots: vec![],
            tests,
            figures: vec![],
        };
        assert_eq!(record.smallest_memory().unwrap().name, "d");
        assert_eq!(Record::parse(&record.to_json().unwrap()).unwrap(), record);
    }
}
