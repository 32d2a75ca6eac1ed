//! What tests of a device need whose firmware refuses what is not signed.

use yoe_model::{ImageTest, Origin, Qemu, Size};

/// The test that the device finds Secure Boot switched on.
pub fn test() -> ImageTest {
    const VARIABLE: &str = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    let run = format!("tail -c 1 {VARIABLE} | od -An -tu1");
    ImageTest { expect: Some("1".into()), ..ImageTest::new("secure-boot-is-on", run, Origin::default()) }
}

/// A test whose device has more memory than it asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaisedMemory {
    /// The test.
    pub test: String,
    /// What it asked for.
    pub asked: Size,
    /// What it has.
    pub has: Size,
}

/// Raises the memory of tests to what firmware that verifies needs: with less it says nothing but that it is out of
/// resources.
pub fn raise_memory(qemu: &Qemu, tests: &mut [ImageTest]) -> Vec<RaisedMemory> {
    let Some(least) = qemu.memory_secure_boot else { return Vec::new() };
    let mut raised = Vec::new();
    for test in tests {
        if let Some(asked) = test.memory.filter(|asked| *asked < least) {
            raised.push(RaisedMemory { test: test.name.clone(), asked, has: least });
            test.memory = Some(least);
        }
    }
    raised
}
